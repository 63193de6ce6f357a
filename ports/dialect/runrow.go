package dialect

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// RunRow is a run's record as a row of either engine keeps it: each part as JSON, NULL where there is
// none. The order is another process's to change, and the log is too long to be
// read with a list.
type RunRow struct {
	Body         string
	Log, Ordered sql.NullString
}

// EncodeRun makes a row of a record.
func EncodeRun(run ports.Run) (r RunRow, err error) {
	log, order := run.Log, run.Order
	run.Log, run.Order = nil, nil
	if r.Body, err = spell(run); err != nil {
		return r, err
	}
	if r.Log.Valid = len(log) > 0; r.Log.Valid {
		if r.Log.String, err = spell(log); err != nil {
			return r, err
		}
	}
	r.Ordered, err = SpellOrder(order)
	return r, err
}

// SpellOrder spells an order always alike, so that one which was read can be compared
// with what is stored.
func SpellOrder(order *ports.Order) (sql.NullString, error) {
	if order == nil {
		return sql.NullString{}, nil
	}
	text, err := json.Marshal(order)
	return sql.NullString{String: string(text), Valid: true}, err
}

// spell keeps <, > and & as they are, since Input and Output are exact texts.
func spell(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.String(), err
}

// Decode makes a record of a row: without its log, or its order, where that was not read.
func (r RunRow) Decode() (run ports.Run, err error) {
	if err = json.Unmarshal([]byte(r.Body), &run); err == nil && r.Log.Valid {
		err = json.Unmarshal([]byte(r.Log.String), &run.Log)
	}
	if err == nil && r.Ordered.Valid {
		err = json.Unmarshal([]byte(r.Ordered.String), &run.Order)
	}
	return run, err
}

// SortableForm spells an instant in UTC so that the order of texts is the order in time.
const SortableForm = "2006-01-02T15:04:05.000000000Z"

// Sortable spells t by [SortableForm].
func Sortable(t time.Time) string { return t.UTC().Format(SortableForm) }
