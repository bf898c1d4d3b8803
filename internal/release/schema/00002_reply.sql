-- +goose Up
CREATE TABLE reply_request (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX reply_request_release ON reply_request (body ->> '$.release');
CREATE TABLE reply (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX reply_source ON reply (source, id);
CREATE INDEX reply_to ON reply (body ->> '$.request');
