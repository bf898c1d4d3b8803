-- +goose Up
CREATE TABLE vault_reference (
	ref     TEXT PRIMARY KEY,
	kind    TEXT NOT NULL,
	subject TEXT NOT NULL,
	state   TEXT NOT NULL,
	item    TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX vault_reference_subject ON vault_reference (subject);
