-- A state as version 2 of the schema had it. Never to be changed: such files are in use.
CREATE TABLE beignet_checkpoint (
	run   TEXT PRIMARY KEY,
	batch INTEGER NOT NULL,
	state TEXT NOT NULL,
	done  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE beignet_fence (
	key   TEXT PRIMARY KEY,
	token INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE beignet_journal (
	run  TEXT NOT NULL,
	seq  INTEGER NOT NULL,
	kind TEXT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (run, seq)
) STRICT;
CREATE TABLE run (
	id      TEXT PRIMARY KEY,
	task    TEXT NOT NULL,
	actor   TEXT NOT NULL,
	status  TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	started TEXT NOT NULL, -- UTC, to the nanosecond, so that it sorts
	body    TEXT NOT NULL  -- the whole record, as JSON
, log       TEXT, ordered   TEXT, database  TEXT NOT NULL DEFAULT '', committed INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE INDEX run_started ON run (started, id);
CREATE INDEX run_status ON run (status, task, started);
CREATE INDEX run_committed ON run (database, started) WHERE committed;
CREATE TABLE audit (
	seq   INTEGER PRIMARY KEY,
	hash  TEXT NOT NULL,
	body  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_entry ON audit (coalesce(body ->> 'run', ''), body ->> 'entry') WHERE body ->> 'entry' > 0;
PRAGMA user_version = 2;
INSERT INTO run VALUES ('0190-a', 'issues.import', 'ann', 'running', 1, '2026-11-24T12:00:00.000000000Z',
	'{"id":"0190-a","task":"issues.import","environment":"local","actor":"ann","client":"beignet-cli","database":"data.db","version":"2","delivery":"exactly-once","taskHash":"t","input":{},"inputHash":"i","dryRun":false,"limits":{},"status":"running","attempt":1,"started":"2026-11-24T12:00:00Z","ended":null,"progress":{"batches":0,"processed":0,"failed":0,"changed":0,"total":null}}',
	NULL, NULL, 'data.db', 0);
INSERT INTO run VALUES ('0190-c', 'issues.import', 'ann', 'failed', 1, '2026-11-24T15:00:00.000000000Z',
	'{"id":"0190-c","task":"issues.import","environment":"local","actor":"ann","client":"beignet-cli","database":"data.db","version":"2","delivery":"exactly-once","taskHash":"t","input":{},"inputHash":"i","dryRun":false,"limits":{},"status":"failed","attempt":1,"started":"2026-11-24T15:00:00Z","ended":null,"progress":{"batches":3,"processed":3,"failed":0,"changed":0,"total":null}}',
	NULL, NULL, 'data.db', 1);
INSERT INTO run VALUES ('0190-b', 'issues.import', 'ann', 'running', 1, '2026-11-24T14:00:00.000000000Z',
	'{"id":"0190-b","task":"issues.import","environment":"local","actor":"ann","client":"beignet-cli","database":"data.db","version":"2","delivery":"exactly-once","taskHash":"t","input":{},"inputHash":"i","dryRun":false,"limits":{},"status":"running","attempt":1,"started":"2026-11-24T14:00:00Z","ended":null,"progress":{"batches":3,"processed":3,"failed":0,"changed":0,"total":null}}',
	'["INFO first"]', '{"cancel":true,"by":"bob","at":"2026-11-24T14:00:01Z"}', 'data.db', 1);
INSERT INTO run VALUES ('0190-d', 'issues.import', 'ann', 'failed', 1, '2026-11-24T13:00:00.000000000Z',
	'{"id":"0190-d","task":"issues.import","environment":"local","actor":"ann","client":"beignet-cli","database":"other.db","version":"2","delivery":"exactly-once","taskHash":"t","input":{},"inputHash":"i","dryRun":false,"limits":{},"status":"failed","attempt":1,"started":"2026-11-24T13:00:00Z","ended":null,"progress":{"batches":1,"processed":1,"failed":0,"changed":0,"total":null}}',
	NULL, NULL, 'other.db', 1);
INSERT INTO run VALUES ('0190-e', 'issues.import', 'ann', 'failed', 1, '2026-11-24T11:00:00.000000000Z',
	'{"id":"0190-e","task":"issues.import","environment":"local","actor":"ann","client":"beignet-cli","database":"other.db","version":"2","delivery":"exactly-once","taskHash":"t","input":{},"inputHash":"i","dryRun":true,"limits":{},"status":"failed","attempt":1,"started":"2026-11-24T11:00:00Z","ended":null,"progress":{"batches":9,"processed":9,"failed":0,"changed":0,"total":null}}',
	NULL, NULL, 'other.db', 0);
