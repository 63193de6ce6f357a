// Package sqlite keeps state and app data in SQLite files.
//
// [OpenState] is beignet's own memory and [Open] an app's database, whose
// [Begin] is the transaction in which a batch's rows and its checkpoint become
// durable together. A commit has reached the disk when it returns (WAL,
// synchronous=FULL). A file that is damaged, of another schema version or no
// database is refused and never recreated. Folders that are made are 0700, files
// 0600. Other processes may use the same files at the same time.
//
// A state's folder has beside state.db a folder of locks: one file a key, which the
// kernel locks for as long as its holder lives. A state that others can read or write,
// or that has vanished from beside its locks, is refused.
package sqlite
