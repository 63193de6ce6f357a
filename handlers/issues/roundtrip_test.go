package issues

import (
	"bytes"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/records"
)

// FuzzRoundTrip reads any JSON as issues, writes them in both formats, and reads
// the very issues back.
func FuzzRoundTrip(f *testing.F) {
	for _, line := range []string{
		`{"number":7,"title":"a","labels":[{"name":"x"},"","[\"y\"]"],"user":{"login":"l"},"body":"\u0000\r\n\"'=","created_at":"2024-06-26T07:35:16.1+02:00"}`,
		`{"source":"s","key":"'","title":"","labels":"[x","extra":{"b":[1.0,1e2,{"d":null,"c":"\ud83d\ude00\u2028"}],"a":null},"":{}}`,
		`{"Issue id":true,"Summary":" ","Labels":"a, b","Resolved":"31/May/24 17:30","\ue000":0,"💥":-0}`,
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		in := input()
		in.Source = ptr("s")
		for _, it := range readAll(t, in, records.JSONL{}, line) {
			if it.reason != "" {
				continue
			}
			for _, format := range []records.Format{records.FormatJSONL, records.FormatCSV} {
				var file bytes.Buffer
				w, err := newWriter(&file, format, false)
				if err != nil {
					t.Fatal(err)
				}
				if err := w.write(&it.issue); err != nil {
					t.Fatal(err)
				}
				if err := w.flush(); err != nil {
					t.Fatal(err)
				}
				var source records.Source = records.JSONL{}
				if format == records.FormatCSV {
					source = records.CSV{}
				}
				again := readAll(t, input(), source, file.String())
				if len(again) != 1 || again[0].reason != "" || !again[0].issue.Same(&it.issue) {
					t.Errorf("%s\n%+v\ncame back as\n%+v", file.String(), it.issue, again)
				}
			}
		}
	})
}

func readAll(t *testing.T, in ImportInput, source records.Source, text string) []item {
	t.Helper()
	file := strings.NewReader(text)
	page, err := source.Page(file, records.Position{}, 100)
	if err != nil {
		return nil // no record at all
	}
	r, err := newReader(in, source, file)
	if err != nil {
		t.Fatal(err)
	}
	items := make([]item, len(page))
	for i, rec := range page {
		items[i] = r.read(rec)
	}
	return items
}
