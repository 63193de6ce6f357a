package issues

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Issue is one issue of some tracker. Its text is kept byte for byte. Source and
// Key together are its identity: numbers repeat across repositories, and keys
// need not be numbers.
type Issue struct {
	ID        int64           `json:"-"` // the store's own, growing in order of insertion; 0: not stored
	Source    string          `json:"source"`
	Key       string          `json:"key"`
	Title     string          `json:"title"`
	Body      string          `json:"body"`
	State     string          `json:"state"`  // in the tracker's own words
	Labels    []string        `json:"labels"` // in the tracker's order
	Author    string          `json:"author"`
	URL       string          `json:"url"`
	CreatedAt time.Time       `json:"createdAt,omitzero"` // an instant, in UTC; zero: not known
	UpdatedAt time.Time       `json:"updatedAt,omitzero"`
	ClosedAt  time.Time       `json:"closedAt,omitzero"`
	Extra     json.RawMessage `json:"extra,omitempty"` // an object of what has no field here, names sorted, without spaces; nil: nothing
}

// Name is the identity as a person reads it.
func (i *Issue) Name() string { return i.Source + "/" + i.Key }

// Same reports whether both have the same fields, whatever their IDs.
func (i *Issue) Same(as *Issue) bool {
	return i.Source == as.Source && i.Key == as.Key &&
		i.SameText(as) &&
		i.State == as.State && slices.Equal(i.Labels, as.Labels) &&
		i.Author == as.Author && i.URL == as.URL &&
		i.CreatedAt.Equal(as.CreatedAt) && i.UpdatedAt.Equal(as.UpdatedAt) && i.ClosedAt.Equal(as.ClosedAt) &&
		bytes.Equal(i.Extra, as.Extra)
}

// SameText reports whether what is searched is the same.
func (i *Issue) SameText(as *Issue) bool { return i.Title == as.Title && i.Body == as.Body }

// AppendLabels appends labels to dst as a JSON array of strings.
func AppendLabels(dst []byte, labels []string) ([]byte, error) {
	dst = append(dst, '[')
	for n, label := range labels {
		if n > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = jsontext.AppendQuote(dst, label); err != nil {
			return nil, fmt.Errorf("label %q: %w", label, err)
		}
	}
	return append(dst, ']'), nil
}
