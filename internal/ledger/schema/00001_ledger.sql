-- +goose Up
CREATE TABLE ledger_entry (
	seq     INTEGER PRIMARY KEY,
	kind    TEXT NOT NULL,
	object  TEXT NOT NULL,
	subject TEXT NOT NULL,
	leaf    BLOB NOT NULL
) STRICT;
CREATE INDEX ledger_entry_object ON ledger_entry (object, seq);
CREATE INDEX ledger_entry_kind ON ledger_entry (kind, object);
CREATE TABLE ledger_hash (
	idx  INTEGER PRIMARY KEY,
	hash BLOB NOT NULL
) STRICT;
CREATE TABLE ledger_version (
	seq    INTEGER PRIMARY KEY REFERENCES ledger_entry,
	sealed BLOB NOT NULL
) STRICT;
CREATE TABLE ledger_key (
	subject TEXT PRIMARY KEY,
	key     BLOB NOT NULL
) STRICT;
CREATE TABLE ledger_counter (
	prefix TEXT PRIMARY KEY,
	n      INTEGER NOT NULL
) STRICT;
