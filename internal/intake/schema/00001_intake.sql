-- +goose Up
CREATE TABLE original (
	id            TEXT PRIMARY KEY,
	received_at   INTEGER NOT NULL,
	by_member     TEXT NOT NULL,
	name          TEXT NOT NULL,
	media         TEXT NOT NULL,
	size          INTEGER NOT NULL,
	sha256        TEXT NOT NULL,
	no_text       TEXT NOT NULL,
	seal_original TEXT NOT NULL,
	seal_name     TEXT NOT NULL,
	blob          TEXT NOT NULL,
	blob_key      BLOB NOT NULL,
	erased_at     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX original_sha256 ON original (sha256) WHERE sha256 <> '';
CREATE UNIQUE INDEX original_seal ON original (seal_original) WHERE seal_original <> '';
CREATE TABLE working_text (
	source TEXT PRIMARY KEY REFERENCES original,
	format TEXT NOT NULL,
	title  TEXT NOT NULL,
	body   TEXT NOT NULL
) STRICT;
CREATE TABLE paragraph (
	source     TEXT NOT NULL REFERENCES working_text,
	n          INTEGER NOT NULL,
	start_byte INTEGER NOT NULL,
	end_byte   INTEGER NOT NULL,
	dir        TEXT NOT NULL,
	lang       TEXT NOT NULL,
	lang_found INTEGER NOT NULL,
	PRIMARY KEY (source, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE sentence (
	source     TEXT NOT NULL REFERENCES working_text,
	n          INTEGER NOT NULL,
	paragraph  INTEGER NOT NULL,
	start_byte INTEGER NOT NULL,
	end_byte   INTEGER NOT NULL,
	PRIMARY KEY (source, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE proposal (
	id      TEXT PRIMARY KEY,
	source  TEXT NOT NULL REFERENCES original,
	engine  TEXT NOT NULL,
	body    TEXT NOT NULL,
	state   TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'dropped'))
) STRICT;
CREATE INDEX proposal_source ON proposal (source, id);
CREATE TABLE custody (
	id        TEXT PRIMARY KEY,
	source    TEXT NOT NULL REFERENCES original,
	kind      TEXT NOT NULL,
	on_date   TEXT NOT NULL,
	note      TEXT NOT NULL,
	seal_note TEXT NOT NULL,
	at        INTEGER NOT NULL,
	by_member TEXT NOT NULL
) STRICT;
CREATE INDEX custody_source ON custody (source, id);
