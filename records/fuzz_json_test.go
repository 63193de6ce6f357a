package records

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// FuzzJSONL holds any text against jsontext, line by line, and the promises about
// positions.
func FuzzJSONL(f *testing.F) {
	for _, test := range linesTests {
		f.Add(test.text, 0)
		f.Add(test.text, 6)
	}
	f.Fuzz(func(t *testing.T, text string, size int) {
		if len(text) < 1000 {
			checkLines(t, JSONL{MaxRecord: size % 50}, text)
		}
	})
}

// FuzzJSONArray holds any text against jsontext and encoding/json, and the
// promises about positions.
func FuzzJSONArray(f *testing.F) {
	for _, test := range arrayTests {
		f.Add(test.text, 0)
		f.Add(test.text, 6)
	}
	f.Fuzz(func(t *testing.T, text string, size int) {
		if len(text) < 1000 {
			checkArray(t, JSONArray{MaxRecord: size % 50}, text)
		}
	})
}

// TestShortJSON goes through all short texts there are.
func TestShortJSON(t *testing.T) {
	t.Parallel()
	var try func(text string, more int, tokens []string)
	try = func(text string, more int, tokens []string) {
		checkArray(t, JSONArray{}, text)
		checkArray(t, JSONArray{MaxRecord: 2}, text)
		checkLines(t, JSONL{}, text)
		if more > 0 {
			for _, token := range tokens {
				try(text+token, more-1, tokens)
			}
		}
	}
	try("[", 4, []string{"[", "]", "1", ",", "\n"})
	try("[", 3, []string{"[", "]", "{", "}", "\"", "\\", ",", " ", "1"})
	try("[", 3, []string{"]", "{\"a\":", "}", ",", "null", "\"\\\"\"", "\xff"})
}

// isBOM reports whether text begins with a BOM other than that of UTF-8.
func isBOM(text string) bool {
	return strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") || strings.HasPrefix(text, "\x00\x00\xfe\xff")
}

// checkLines holds the records of a text against its lines, each read by jsontext.
func checkLines(t *testing.T, j JSONL, text string) {
	t.Helper()
	if isBOM(text) {
		return
	}
	all := checkPages(t, text, func(chunk int) Source { j.chunk = chunk; return j })
	most := j.MaxRecord
	if most <= 0 {
		most = defaultMaxRecord
	}
	at, line := int64(len(text)-len(strings.TrimPrefix(text, utf8BOM))), int64(0)
	for raw := range strings.SplitAfterSeq(text[at:], "\n") {
		at += int64(len(raw))
		line++
		value := strings.TrimSuffix(strings.TrimSuffix(raw, "\n"), "\r")
		if len(value) <= most && strings.Trim(value, space) == "" {
			continue
		}
		if len(all) == 0 {
			t.Fatalf("%q: no record for line %d", text, line)
		}
		r := all[0]
		all = all[1:]
		end := Position{Offset: at, Row: r.Row, Line: line}
		if r.Line != line || r.End != end {
			t.Fatalf("%q: got %+v, want line %d and end %+v", text, r, line, end)
		}
		want := jsontext.Value(value)
		good := len(value) <= most && want.IsValid() && tooDeep(value) == 0
		checkValue(t, text, r, want, good, raw)
	}
	if len(all) > 0 {
		t.Fatalf("%q: got more: %+v", text, all)
	}
}

// checkArray holds the records of a text against what encoding/json makes of it.
func checkArray(t *testing.T, j JSONArray, text string) {
	t.Helper()
	if isBOM(text) {
		return
	}
	all := checkPages(t, text, func(chunk int) Source { j.chunk = chunk; return j })
	_, end := readOn(t, j, text, 1000)
	last := Position{}
	bad := 0
	for i, r := range all {
		begin := int64(strings.LastIndex(text[:r.End.Offset], "\n") + 1)
		switch {
		case r.Row != int64(i+1) || r.End.Row != r.Row || r.End.Offset <= last.Offset && i > 0:
			t.Fatalf("%q: %d after %+v: %+v", text, i, last, r)
		case r.Line <= last.Line || r.Line > r.End.Line+1 || r.End.Line != int64(strings.Count(text[:r.End.Offset], "\n")):
			t.Fatalf("%q: lines of %+v, the last of which begins at %d", text, r, begin)
		case r.Err != nil:
			bad++
			checkValue(t, text, r, nil, false, text[r.End.Offset-r.Err.Size:r.End.Offset])
		}
		last = r.End
	}
	var want []json.RawMessage
	text = strings.TrimPrefix(text, utf8BOM)
	err := json.Unmarshal([]byte(text), &want)
	isArray := err == nil && strings.HasPrefix(strings.TrimLeft(text, space), "[")
	if end == nil && !isArray {
		t.Fatalf("%q: taken, but %v", text, err)
	}
	if !isArray {
		return
	}
	if end != nil || len(all) != len(want) || j.MaxRecord <= 0 && jsontext.Value(text).IsValid() && bad > 0 {
		t.Fatalf("%q: got %+v and error %v, want %s", text, all, end, want)
	}
	for i, r := range all {
		value := jsontext.Value(want[i])
		long := j.MaxRecord > 0 && len(value) > j.MaxRecord
		checkValue(t, text, r, value, !long && value.IsValid() && tooDeep(string(value)) == 0, string(value))
	}
}

// checkValue holds a record against the value that it should have, or against its
// text if it is bad.
func checkValue(t *testing.T, text string, r Record, want jsontext.Value, good bool, raw string) {
	t.Helper()
	if good {
		want = want.Clone()
		if err := want.Compact(); err != nil || r.Err != nil || !reflect.DeepEqual([]byte(r.Value), []byte(want)) {
			t.Fatalf("%q: got %s and error %v, want %s", text, r.Value, r.Err, want)
		}
		return
	}
	if r.Err == nil {
		t.Fatalf("%q: row %d is taken: %s", text, r.Row, r.Value)
	}
	if raw != "" && (r.Value != nil || string(r.Err.Raw) != raw[:min(len(raw), maxRaw)] || r.Err.Size != int64(len(raw)) || r.Err.Row != r.Row || r.Err.Line < r.Line) {
		t.Fatalf("%q: got %+v with %+v, want raw %q", text, r, r.Err, raw)
	}
}
