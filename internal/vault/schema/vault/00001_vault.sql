-- +goose Up
CREATE TABLE item (
	id      TEXT PRIMARY KEY,
	kind    TEXT NOT NULL,
	blob    TEXT NOT NULL UNIQUE,
	stored  INTEGER NOT NULL,
	sum     BLOB NOT NULL,
	wrapped BLOB NOT NULL,
	digest  BLOB NOT NULL,
	settled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX item_digest ON item (digest) WHERE digest <> x'';
CREATE TABLE digest_key (
	id  INTEGER PRIMARY KEY CHECK (id = 1),
	key BLOB NOT NULL
) STRICT;
