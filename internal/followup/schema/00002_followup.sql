-- +goose Up
CREATE TABLE action (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX action_source ON action (source, id);
CREATE INDEX action_order ON action (length(id), id);
CREATE TABLE assessment (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL CHECK (source = ''),
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX assessment_order ON assessment (length(id), id);
CREATE INDEX assessment_recommendation ON assessment (body ->> '$.recommendation');
CREATE INDEX position_order ON position (length(id), id);
CREATE INDEX position_recommendation ON position (body ->> '$.recommendation');
CREATE INDEX position_statement ON position (body ->> '$.statement');
CREATE INDEX recommendation_order ON recommendation (length(id), id);
-- A recommendation is mostly made to one addressee; those made to several are few.
CREATE INDEX recommendation_addressee ON recommendation (body ->> '$.addressees[0]');
CREATE INDEX recommendation_addressees ON recommendation (body ->> '$.addressees[1]') WHERE body ->> '$.addressees[1]' IS NOT NULL;
CREATE INDEX recommendation_key ON recommendation (body ->> '$.key') WHERE body ->> '$.key' IS NOT NULL;
CREATE INDEX recommendation_deadline ON recommendation (body ->> '$.deadline') WHERE body ->> '$.deadline' IS NOT NULL;
CREATE INDEX recommendation_groups_with ON recommendation (body ->> '$.groups_with') WHERE body ->> '$.groups_with' IS NOT NULL;
CREATE INDEX recommendation_supersedes ON recommendation (body ->> '$.supersedes') WHERE body ->> '$.supersedes' IS NOT NULL;
CREATE INDEX recommendation_follows_from ON recommendation (body ->> '$.follows_from') WHERE body ->> '$.follows_from' IS NOT NULL;
