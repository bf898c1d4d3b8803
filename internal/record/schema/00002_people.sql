-- +goose Up
CREATE TABLE person (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX person_source ON person (source, id);
CREATE INDEX person_order ON person (length(id), id);
CREATE TABLE place (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX place_source ON place (source, id);
CREATE INDEX place_order ON place (length(id), id);
CREATE TABLE event (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL CHECK (source = ''),
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX event_source ON event (source, id);
CREATE INDEX event_order ON event (length(id), id);
