package runner

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
)

// Registry collects the handlers that are compiled into a program. D is what
// its handlers are given: the app's own context, or one feature's part of it.
type Registry[D any] struct {
	table *table
	deps  func(app any) D
}

// NewRegistry returns an empty registry of handlers over an app's context.
func NewRegistry[A any]() *Registry[A] {
	return &Registry[A]{table: &table{byID: map[string]*handler{}}, deps: func(app any) A { return app.(A) }}
}

// Mount returns a registry that adds to r, and whose handlers are given what deps
// takes from r's context. It is how a feature sees its own ports and no others.
func Mount[A, D any](r *Registry[A], deps func(A) D) *Registry[D] {
	return &Registry[D]{table: r.table, deps: func(app any) D { return deps(r.deps(app)) }}
}

// table is a registry with its types erased, shared by all its mounts.
type table struct {
	byID map[string]*handler
}

// handler is one registered handler with its types erased: exactly one of once
// and batches is set.
type handler struct {
	id       string
	at       string // file:line of the registration
	input    reflect.Type
	output   reflect.Type
	external bool // the effect lies outside the transaction
	dryRun   bool // outside a transaction, honours dryRun itself
	tx       bool // a one-shot inside a transaction

	fits    func(in []byte) error // whether canonical input decodes into the input type
	once    oneShot
	batches source
}

// add registers h, naming both places where an id is taken twice: that is bad
// wiring, which no run can mend.
func (t *table) add(h *handler) *handler {
	if _, file, line, ok := runtime.Caller(2); ok {
		h.at = fmt.Sprintf("%s:%d", filepath.Base(file), line)
	}
	if h.id == "" || strings.Trim(h.id, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		panic(fmt.Sprintf("handler %q at %s: an id is lower case letters, digits, hyphens and dots", h.id, h.at))
	}
	if before, taken := t.byID[h.id]; taken {
		panic(fmt.Sprintf("handler %s is registered twice: at %s and at %s", h.id, before.at, h.at))
	}
	t.byID[h.id] = h
	return h
}
