// Package ports is the vocabulary that the runner and its adapters share, and
// the contracts that the adapters owe.
//
// Start with [State], where runs and their audit are kept, and [Tx], the
// transaction in which a batch's rows and its checkpoint become durable
// together. The package holds data and interfaces only, and imports nothing
// but the standard library: an adapter is chosen in package main, and every
// adapter passes the one suite in ports/portstest.
package ports
