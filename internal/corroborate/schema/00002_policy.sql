-- +goose Up
CREATE TABLE policy (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL CHECK (source = ''),
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX claim_order ON claim (length(id), id);
CREATE INDEX claim_statement ON claim (body ->> '$.statement') WHERE body ->> '$.statement' IS NOT NULL;
CREATE INDEX claim_about ON claim (body ->> '$.about', id) WHERE body ->> '$.about' IS NOT NULL;
CREATE INDEX claim_contradicts ON claim (body ->> '$.contradicts', id) WHERE body ->> '$.contradicts' IS NOT NULL;
CREATE INDEX finding_order ON finding (length(id), id);
