-- +goose Up
CREATE TABLE case_record (
	id     TEXT PRIMARY KEY CHECK (id = 'case'),
	source TEXT NOT NULL CHECK (source = ''),
	body   TEXT NOT NULL
) STRICT;
CREATE TABLE source (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX source_source ON source (source);
CREATE TABLE basis (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX basis_source ON basis (source, id);
CREATE TABLE statement (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX statement_source ON statement (source, id);
