package manifest

import (
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Schema is a JSON Schema of a task as it is written: aliases followed, nothing
// added, nothing judged but the spelling of its numbers.
type Schema struct {
	// JSON is compact, with members in the order of the file; those that << brings
	// come last. It must not be changed.
	JSON []byte

	file   string
	places []place
}

// spot is a Position without its file.
type spot struct{ line, column, width int32 }

func toSpot(p Position) spot {
	return spot{int32(p.Line), int32(p.Column), int32(p.Width)}
}

// place is where one value of a JSON document was written. The places of a document
// are in the order of its text, each value before those within it.
type place struct {
	name string // its key; empty for an item
	list bool   // the values within it are items
	end  int32  // index of the first place that is not within it
	at   spot
}

// At returns the position of the value at a JSON pointer into the schema: of a
// scalar itself, of the key that holds an object or array. Where there is no such
// value, it is the nearest one around it that exists.
func (s Schema) At(pointer string) Position {
	if len(s.places) == 0 {
		return Position{}
	}
	at := s.places[s.find(pointer)].at
	return Position{File: s.file, Line: int(at.line), Column: int(at.column), Width: int(at.width)}
}

// find returns the index of the place that a pointer leads to, as far as it leads.
func (s Schema) find(pointer string) int {
	at := 0
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		child := s.child(at, strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~"))
		if child < 0 {
			break
		}
		at = child
	}
	return at
}

func (s Schema) child(parent int, step string) int {
	n := 0
	for i := parent + 1; i < int(s.places[parent].end); i = int(s.places[i].end) {
		if s.places[parent].list && strconv.Itoa(n) == step || !s.places[parent].list && s.places[i].name == step {
			return i
		}
		n++
	}
	return -1
}

// emptyInput is the schema of a task that takes no input.
func emptyInput(at Position) Schema {
	return Schema{JSON: []byte(`{"type":"object"}`), file: at.File, places: []place{{end: 1, at: toSpot(at)}}}
}

func (s *Schema) decodeNode(d *decoder, m member, f *field) bool {
	json, places, ok := d.object(m, f)
	*s = Schema{JSON: json, file: d.src.file, places: places}
	return ok
}

// object turns a mapping into JSON. A value that is refused is left out of it, so
// that what reads the JSON finds no second fault there.
func (d *decoder) object(m member, f *field) ([]byte, []place, bool) {
	if _, ok := m.value.(*ast.MappingNode); !ok {
		d.wrongType(m, f, "a mapping")
		return nil, nil, false
	}
	w := jsonWriter{decoder: d}
	w.value(m)
	return w.json, w.places, true
}
