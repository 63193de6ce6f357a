package runner

import (
	"bytes"
	"context"
	"encoding/json"
)

// readAhead reads a source's next page, outside the transaction, while the page
// before is applied.
type readAhead struct {
	ctx    context.Context
	cancel context.CancelFunc
	src    source
	app    any
	in     []byte
	coming *comingPage // nil: nothing is being read
}

// comingPage is a page that is being read.
type comingPage struct {
	after json.RawMessage
	limit int
	ready chan struct{} // closed when page and err are set
	page  page
	err   error
}

func newReadAhead(ctx context.Context, src source, app any, in []byte) *readAhead {
	ctx, cancel := context.WithCancel(ctx)
	return &readAhead{ctx: ctx, cancel: cancel, src: src, app: app, in: in}
}

// next returns the page after a cursor and starts on the one after that. A page
// that was read for another cursor or limit (after a failed batch, say) is
// thrown away.
func (r *readAhead) next(ctx context.Context, after json.RawMessage, limit int) (page, error) {
	c := r.coming
	if c == nil || c.limit != limit || !bytes.Equal(c.after, after) {
		r.wait()
		c = r.read(after, limit)
	}
	r.coming = nil
	<-c.ready
	if c.err != nil {
		return nil, c.err
	}
	if n := c.page.len(); n > 0 {
		r.coming = r.read(c.page.cursor(n-1), limit)
	}
	return c.page, nil
}

func (r *readAhead) read(after json.RawMessage, limit int) *comingPage {
	c := &comingPage{after: after, limit: limit, ready: make(chan struct{})}
	go func() {
		defer close(c.ready)
		c.page, c.err = recovered(func() (page, error) { return r.src.read(r.ctx, r.app, r.in, after, limit) })
	}()
	return c
}

// wait lets a read under way end, so that a source is never asked twice at once.
func (r *readAhead) wait() {
	if r.coming != nil {
		<-r.coming.ready
		r.coming = nil
	}
}

// stop ends a read under way.
func (r *readAhead) stop() {
	r.cancel()
	r.wait()
}
