-- +goose Up
CREATE TABLE issues (
	id         INTEGER PRIMARY KEY,
	source     TEXT    NOT NULL,
	key        TEXT    NOT NULL,
	indexed    INTEGER NOT NULL DEFAULT 0, -- 1: issues_search has the title and body as they are here
	title      TEXT    NOT NULL,
	state      TEXT    NOT NULL,
	labels     TEXT    NOT NULL, -- a JSON array, in the tracker's order
	author     TEXT    NOT NULL,
	url        TEXT    NOT NULL,
	created_at TEXT,             -- RFC 3339, in UTC, to the nanosecond; NULL: not known
	updated_at TEXT,
	closed_at  TEXT,
	extra      TEXT    NOT NULL, -- a JSON object, names sorted
	body       TEXT    NOT NULL, -- last: what is behind a long text is slow to reach
	UNIQUE (source, key)
) STRICT;

-- What is left to index, in order of id.
CREATE INDEX issues_unindexed ON issues (indexed) WHERE indexed = 0;

-- Its texts are tokens already, separated by spaces. It keeps none of them: what
-- is shown comes from issues. The whole title is one token, by which a title is
-- found exactly.
CREATE VIRTUAL TABLE issues_search USING fts5 (
	title, body, whole_title,
	content = '', contentless_delete = 1, tokenize = 'ascii'
);

-- A match in a title weighs as much as ten in a body.
INSERT INTO issues_search (issues_search, rank) VALUES ('rank', 'bm25(10.0, 1.0, 0.0)');

-- +goose Down
DROP TABLE issues_search;
DROP TABLE issues;
