-- +goose Up
CREATE TABLE claim (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX claim_source ON claim (source, id);
CREATE TABLE finding (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL CHECK (source = ''),
	body   TEXT NOT NULL
) STRICT;
