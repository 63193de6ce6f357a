package runner

import (
	"context"
	"maps"
	"slices"

	"github.com/beignet-go/beignet/ports"
)

// Handlers is a registry bound to the app that its handlers run in, with both
// their types erased.
type Handlers struct {
	byID map[string]*handler
	open func(context.Context, Session) (app, error)
}

// Bind joins a registry with the function that opens its app.
func Bind[A any](r *Registry[A], open Open[A]) *Handlers {
	return &Handlers{
		byID: r.table.byID,
		open: func(ctx context.Context, s Session) (app, error) {
			o, err := open(ctx, s)
			return erase(o), err
		},
	}
}

// app is an [Opened] app with its type erased.
type app struct {
	App         any
	Begin       func(context.Context, ports.TxOptions) (any, ports.Tx, error)
	Checkpoints ports.Checkpoints
	Probe       func(context.Context, string) (float64, error)
	Name        func(context.Context) (string, error)
	Close       func(context.Context) error
}

func erase[A any](o Opened[A]) app {
	erased := app{App: o.App, Checkpoints: o.Checkpoints, Probe: o.Probe, Name: o.Name, Close: o.Close}
	if o.Begin != nil {
		erased.Begin = func(ctx context.Context, opts ports.TxOptions) (any, ports.Tx, error) { return o.Begin(ctx, opts) }
	}
	if erased.Close == nil {
		erased.Close = func(context.Context) error { return nil }
	}
	return erased
}

// ids are the handlers' ids, sorted.
func (h *Handlers) ids() []string { return slices.Sorted(maps.Keys(h.byID)) }
