// Package postgres keeps state and app data in PostgreSQL databases.
//
// [Open] opens an app's database, whose [Begin] is the transaction in which a batch's
// rows and its checkpoint become durable together. beignet's tables stand in the first
// schema of the database's search path, and all have names that begin with beignet_.
//
// Nothing is left in a session from one transaction to the next: no SET but SET LOCAL,
// no prepared statement with a name, no advisory lock but a transaction's. So a
// PgBouncer in transaction mode may stand before the server.
package postgres
