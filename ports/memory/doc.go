// Package memory keeps state, app data and files in the process: for tests, and
// for programs that need nothing to outlive them.
//
// [NewState] is a ports.State and [NewDB] a database for an app's own rows. They
// are no stand-ins: transactions are isolated and whole, one writes at a time,
// and both pass the suite that every adapter passes. Nothing is durable.
//
// All is one process, so that a lock's holder cannot die alone: [State.Kill] takes
// a run's locks as the death of its process would. [State.WithKey] is the state
// with a keyed audit.
package memory
