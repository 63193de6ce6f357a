// Package runner binds tasks to their compiled-in handlers and runs them.
//
// A program registers handlers with [Handle], [HandleTx] and [HandleBatches],
// binds them to its own context with [Bind], and crosses them with its
// manifests in [New]. From there a run's data goes one way: a [Request] is what
// a front end hands in, a [Plan] is everything decided before a port is
// opened, and a [ports.Run] is everything recorded after.
//
// The package knows no file, flag or driver. What it promises is listed in
// docs/promises.md: a refusal is inert, "started" is durable before a handler
// runs, a batch and its checkpoint commit together, a dry run commits nothing.
package runner
