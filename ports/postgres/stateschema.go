package postgres

// stateSchema is the tables of a state beside those of [dataSchema]. A run is found by
// when it was put on record, which no clock has a say in, or by its start; an event by
// the journal entry that it is the copy of; and whether a database was written to
// though no such run is left. What the hash of a link does not cover is not believed:
// run and entry are read from its body, in which nothing but metadata can hold such a
// member too. Names and instants are compared by their bytes, whatever the collation
// of the database.
func stateSchema() schema {
	return schema{"state", "state", []string{`
		CREATE TABLE beignet_run (
			id      text COLLATE "C" PRIMARY KEY,
			seq     bigint NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY, -- as they were put on record
			task    text NOT NULL,
			actor   text NOT NULL,
			status  text NOT NULL,
			attempt bigint NOT NULL,
			started text COLLATE "C" NOT NULL, -- UTC, to the nanosecond, so that it sorts
			body    text NOT NULL,             -- the record, as JSON
			log     text,                      -- a list of lines, as JSON
			ordered text                       -- what another process has told the run, as JSON
		) WITH (fillfactor = 70);
		CREATE INDEX beignet_run_status ON beignet_run (status, task, seq);
		CREATE INDEX beignet_run_started ON beignet_run (started, seq);
		CREATE TABLE beignet_used (
			database text PRIMARY KEY, -- in which some run has committed
			run      text NOT NULL,    -- the first that is known to, which may not be on record any more
			since    text NOT NULL     -- its start
		);
		CREATE TABLE beignet_audit (
			seq   bigint PRIMARY KEY,
			hash  text NOT NULL,
			body  text NOT NULL,
			run   text NOT NULL GENERATED ALWAYS AS
				(coalesce(substring(split_part(body, ',"metadata":', 1) FROM ',"run":"((?:[^"\\]|\\.)*)"'), '')) STORED,
			entry bigint GENERATED ALWAYS AS (substring(split_part(body, ',"metadata":', 1) FROM ',"entry":([0-9]+)')::bigint) STORED
		);
		CREATE UNIQUE INDEX beignet_audit_entry ON beignet_audit (run, entry) WHERE entry > 0;
		CREATE TABLE beignet_lock (
			key     text COLLATE "C" PRIMARY KEY,
			token   bigint NOT NULL,
			run     text NOT NULL,
			task    text NOT NULL,
			actor   text NOT NULL,
			host    text NOT NULL,
			pid     bigint NOT NULL,
			since   timestamptz NOT NULL,
			expires timestamptz -- by this server's clock; null: it is free
		) WITH (fillfactor = 50);
		CREATE TABLE beignet_environment (
			one  boolean PRIMARY KEY DEFAULT true CHECK (one), -- its one row
			name text NOT NULL                                 -- whose state this is
		);`}}
}
