-- +goose Up
CREATE TABLE code (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX code_source ON code (source, id);
CREATE INDEX code_order ON code (length(id), id);
CREATE INDEX code_sentence ON code (source, body ->> '$.from', length(id), id);
CREATE INDEX code_term ON code (body ->> '$.term', length(id), id);
CREATE INDEX code_coder ON code (body ->> '$.coder', length(id), id);
CREATE TABLE term (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL CHECK (source = ''),
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX term_parent ON term (body ->> '$.parent');
CREATE TABLE quantity (
	id     TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	body   TEXT NOT NULL
) STRICT;
CREATE INDEX quantity_source ON quantity (source, id);
CREATE INDEX quantity_order ON quantity (length(id), id);
CREATE INDEX quantity_statement ON quantity (body ->> '$.statement');
CREATE INDEX statement_order ON statement (length(id), id);
CREATE INDEX statement_target ON statement (body ->> '$.target.id', length(id), id);
CREATE INDEX statement_speaker ON statement (body ->> '$.speaker_id');
CREATE INDEX statement_proposal ON statement (body ->> '$.proposal');
CREATE INDEX basis_form ON basis (body ->> '$.form');
CREATE INDEX basis_interviewer ON basis (body ->> '$.interviewer');
CREATE INDEX basis_interpreter ON basis (body ->> '$.interpreter');
CREATE INDEX basis_guardian ON basis (body ->> '$.guardian');
