-- +goose Up
CREATE TABLE item (
	id         TEXT PRIMARY KEY,
	kind       TEXT NOT NULL,
	blob       TEXT NOT NULL,
	stored     INTEGER NOT NULL,
	sum        BLOB NOT NULL,
	digest     BLOB NOT NULL,
	settled    INTEGER NOT NULL DEFAULT 0,
	destroyed  INTEGER NOT NULL DEFAULT 0,
	wrapped_to TEXT NOT NULL,
	wrapped    BLOB NOT NULL
) STRICT;
CREATE INDEX item_blob ON item (blob);
CREATE INDEX item_digest ON item (digest) WHERE digest <> x'';
