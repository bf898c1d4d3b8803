-- +goose Up
ALTER TABLE working_text ADD COLUMN edition INTEGER NOT NULL DEFAULT 1 CHECK (edition >= 1);
CREATE TABLE earlier_text (
	source     TEXT NOT NULL REFERENCES original,
	edition    INTEGER NOT NULL CHECK (edition >= 1),
	format     TEXT NOT NULL,
	title      TEXT NOT NULL,
	body       TEXT NOT NULL,
	paragraphs TEXT NOT NULL,
	sentences  TEXT NOT NULL,
	PRIMARY KEY (source, edition)
) STRICT;
CREATE INDEX proposal_open ON proposal (state, length(id), id);
