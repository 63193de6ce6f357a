package records

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
)

var jsonShapes = []struct {
	name string
	row  func(i int) string
}{
	{"short", func(i int) string {
		return fmt.Sprintf(`{"key":"%d","title":"Crash when the folder is empty","state":"open","labels":["bug","P%d"],"n":%d}`, i, i%5, i*7)
	}},
	{"GitHub", func(i int) string {
		body := strings.Repeat(`It stops with \"no such file\" when the folder is empty, and then\nnothing helps but a restart. `, i%8)
		return fmt.Sprintf(`{"url":"https://api.example.com/repos/o/r/issues/%d","id":%d,"number":%d,"title":"Crash when the folder is empty","user":{"login":"someone","id":%d,"site_admin":false},"labels":[{"id":1,"name":"bug","color":"d73a4a"},{"id":2,"name":"P%d","color":"ffffff"}],"state":"open","locked":false,"assignee":null,"comments":3,"created_at":"2026-01-02T03:04:05Z","closed_at":null,"body":"%s"}`, i, i*i, i, i, i%5, body)
	}},
	{"Chinese", func(i int) string {
		return fmt.Sprintf(`{"key":"%d","title":"%s","body":"%s"}`, i, "文件夹为空时崩溃", strings.Repeat(`当文件夹为空时，程序会崩溃。\n`, i%9))
	}},
}

// BenchmarkJSON compares pages of 1,000 records with a Decoder of encoding/json
// that reads the same values as raw messages: it takes duplicate names and text
// that is not UTF-8, and has no depth to refuse.
func BenchmarkJSON(b *testing.B) {
	for _, shape := range jsonShapes {
		var lines []string
		for size := 0; size < 4<<20; size += len(lines[len(lines)-1]) {
			lines = append(lines, shape.row(len(lines)))
		}
		text := strings.Join(lines, "\n") + "\n"
		b.Run(shape.name+"/lines", func(b *testing.B) { benchmarkSource(b, JSONL{}, text, len(lines)) })
		b.Run(shape.name+"/encoding", func(b *testing.B) { benchmarkEncodingJSON(b, text, len(lines)) })
		array := "[" + strings.Join(lines, ",") + "]"
		b.Run(shape.name+"/array", func(b *testing.B) { benchmarkSource(b, JSONArray{}, array, len(lines)) })
	}
}

func benchmarkEncodingJSON(b *testing.B, text string, rows int) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		d := json.NewDecoder(strings.NewReader(text))
		n := 0
		for ; ; n++ {
			var raw json.RawMessage
			if err := d.Decode(&raw); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		if n != rows {
			b.Fatalf("%d records, want %d", n, rows)
		}
	}
}

// BenchmarkCSVWriter compares the writer with that of encoding/csv.
func BenchmarkCSVWriter(b *testing.B) {
	for _, shape := range []struct {
		name string
		row  []string
	}{
		{"short", []string{"12345", "open", "bug", "P1", "someone", "a title", "", "42", "2026-01-02"}},
		{"issues", []string{"12345", "Crash when the folder is empty", "open", "bug,P1", "someone", "https://example.com/issues/12345", "2026-01-02T03:04:05Z", "", strings.Repeat("It stops with \"no such file\" when the folder is empty, and then\nnothing helps but a restart. ", 2)}},
		{"long text", []string{"1", strings.Repeat("It stops when the folder is empty and nothing helps but a restart. ", 60) + "x"}},
		{"quotes", []string{"1", strings.Repeat("\"a\" ", 50)}},
	} {
		size := int64(len(strings.Join(shape.row, ",")) + 1)
		b.Run(shape.name+"/records", func(b *testing.B) {
			w := NewCSVWriter(io.Discard, CSVOptions{GuardFormulas: true})
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Write(shape.row); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(shape.name+"/encoding", func(b *testing.B) {
			w := csv.NewWriter(io.Discard)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Write(shape.row); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
