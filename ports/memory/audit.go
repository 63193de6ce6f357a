package memory

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/beignet-go/beignet/ports"
)

// copied names a journal entry.
type copied struct {
	run   string
	entry int64
}

// Append is the method of ports.Audit.
func (s *State) Append(ctx context.Context, events ...ports.Event) error {
	return s.write(ctx, events, func(*version[records]) error { return nil })
}

func (r *records) append(key ports.AuditKey, events []ports.Event) error {
	if len(events) > 0 && !r.fits(key) {
		return &ports.KeyError{Message: "the audit's last link was made with another key"}
	}
	for _, e := range events {
		entry := copied{e.Run, e.Entry}
		if e.Entry != 0 {
			if r.copies[entry] {
				continue
			}
			r.copies[entry] = true
		}
		body, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode audit event %s: %w", e.Action, err)
		}
		head := r.head()
		hash, err := key.Next(head.Hash, body)
		if err != nil {
			return fmt.Errorf("audit event %s: %w", e.Action, err)
		}
		r.links = append(r.links, ports.Link{Seq: head.Seq + 1, Body: body, Hash: hash})
	}
	return nil
}

// fits reports whether a key is the one that the last link was made with, if that
// was made with any and a key is given: no one key would else verify what came before
// and after.
func (r records) fits(key ports.AuditKey) bool {
	head, before := r.head(), ""
	if n := len(r.links); n > 1 {
		before = r.links[n-2].Hash
	}
	return !ports.Keyed(head.Hash) || len(key) == 0 || key.Hash(before, head.Body) == head.Hash
}

// head is the last link; zero where there is none.
func (r records) head() ports.Link {
	if len(r.links) == 0 {
		return ports.Link{}
	}
	return r.links[len(r.links)-1]
}

// Links is the method of ports.Audit.
func (s *State) Links(ctx context.Context, after int64, limit int) ([]ports.Link, error) {
	r, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	var links []ports.Link
	for _, l := range r.links {
		if l.Seq > after && len(links) < limit {
			l.Body = bytes.Clone(l.Body)
			links = append(links, l)
		}
	}
	return links, nil
}

// Head is the method of ports.Audit.
func (s *State) Head(ctx context.Context) (ports.Link, error) {
	r, err := s.read(ctx)
	if err != nil {
		return ports.Link{}, err
	}
	head := r.head()
	head.Body = bytes.Clone(head.Body)
	return head, nil
}
