-- A state as version 1 of the schema had it. Never to be changed: such files are in use.
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
) STRICT, WITHOUT ROWID;
CREATE INDEX run_started ON run (started, id);
CREATE TABLE audit (
	seq   INTEGER PRIMARY KEY,
	run   TEXT NOT NULL,
	entry INTEGER NOT NULL,
	hash  TEXT NOT NULL,
	body  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_entry ON audit (run, entry) WHERE entry > 0;
PRAGMA user_version = 1;
INSERT INTO run VALUES ('0190-a', 'issues.import', 'ann', 'running', 1, '2026-11-24T14:00:00.000000000Z',
	'{"id":"0190-a","task":"issues.import","environment":"local","actor":"ann","client":"beignet-cli","version":"1","delivery":"exactly-once","taskHash":"t","input":{"n":9007199254740993},"inputHash":"i","dryRun":false,"limits":{},"status":"running","attempt":1,"started":"2026-11-24T14:00:00Z","ended":null,"progress":{"batches":3,"processed":3,"failed":0,"changed":0,"total":null}}');
INSERT INTO run VALUES ('0190-b', 'issues.search', 'bob', 'succeeded', 1, '2026-11-24T15:00:00.000000000Z',
	'{"id":"0190-b","task":"issues.search","environment":"local","actor":"bob","client":"beignet-cli","version":"1","delivery":"best-effort","taskHash":"t","input":{},"inputHash":"i","dryRun":false,"limits":{},"status":"succeeded","attempt":1,"started":"2026-11-24T15:00:00Z","ended":"2026-11-24T15:00:01Z","progress":{"batches":0,"processed":0,"failed":0,"changed":0,"total":null}}');
INSERT INTO audit VALUES (1, '0190-a', 0, '1cd8e79398415a34eb1c768185d63149508916f6db8699e2a0f4092c61ea3778', '{"action":"task.started"}');
INSERT INTO beignet_checkpoint VALUES ('0190-a', 3, '{"after":3}', 0);
INSERT INTO beignet_fence VALUES ('run:0190-a', 1);
