-- +goose Up
CREATE TABLE release (
	id    TEXT PRIMARY KEY,
	state TEXT NOT NULL CHECK (state IN ('draft', 'gated', 'released')),
	leaf  INTEGER NOT NULL,
	body  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX release_open ON release ((1)) WHERE state <> 'released';
CREATE UNIQUE INDEX release_leaf ON release (leaf) WHERE leaf > 0;
CREATE TABLE release_file (
	release TEXT NOT NULL REFERENCES release,
	name    TEXT NOT NULL,
	data    BLOB NOT NULL,
	PRIMARY KEY (release, name)
) STRICT, WITHOUT ROWID;
