package sqlstore

// LockPostgres is for a holder of the migrations' lock that does nothing else.
var LockPostgres = lockPostgres
