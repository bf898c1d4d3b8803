-- +goose Up
CREATE INDEX statement_kind ON statement (body ->> '$.target.kind', length(id), id);
