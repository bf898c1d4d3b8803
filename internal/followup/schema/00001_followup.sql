-- +goose Up
CREATE TABLE recommendation (
	id   TEXT PRIMARY KEY,
	body TEXT NOT NULL
) STRICT;
CREATE TABLE position (
	id   TEXT PRIMARY KEY,
	body TEXT NOT NULL
) STRICT;
CREATE TABLE search_log (
	id   TEXT PRIMARY KEY,
	body TEXT NOT NULL
) STRICT;
