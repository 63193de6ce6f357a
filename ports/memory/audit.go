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

func (s state) Append(ctx context.Context, events ...ports.Event) error {
	return s.write(ctx, events, func(*records) error { return nil })
}

func (r *records) append(events []ports.Event) error {
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
		head := ""
		if n := len(r.links); n > 0 {
			head = r.links[n-1].Hash
		}
		r.links = append(r.links, ports.Link{Seq: int64(len(r.links)) + 1, Body: body, Hash: ports.Chain(head, body)})
	}
	return nil
}

func (s state) Links(ctx context.Context, after int64, limit int) ([]ports.Link, error) {
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
