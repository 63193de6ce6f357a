// Package portstest is the one suite that every adapter of package ports runs:
// [State] for beignet's own memory, [Tx] for the transactions of an app's data,
// [Files] for files. It asserts what the contracts say, so that an adapter which
// passes can stand in for any other.
package portstest
