package records

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"
)

// BenchmarkCSV compares pages of 1,000 records with encoding/csv at its fastest:
// its records are gone with the next one, are not known to be UTF-8, and have no
// position to start again from.
func BenchmarkCSV(b *testing.B) {
	for _, shape := range []struct {
		name string
		row  func(i int) string
	}{
		{"numbers", func(i int) string {
			return fmt.Sprintf("%d,%d,%d,%d,%d,%d,%d,%d,%d\n", i, i*7, i%10, i*i, i+1, i%3, i*31, i%1000, i)
		}},
		{"short quoted", func(i int) string {
			return fmt.Sprintf(`"%d","open","bug","P%d","a name","%d","x","","2026-01-02"`+"\n", i, i%5, i*7)
		}},
		{"issues", func(i int) string {
			body := strings.Repeat("It stops with \"\"no such file\"\" when the folder is empty, and then\nnothing helps but a restart. ", i%4)
			return fmt.Sprintf("%d,Crash when the folder is empty,open,\"bug,P%d\",someone,https://example.com/issues/%d,2026-01-02T03:04:05Z,,\"%s\"\n", i, i%5, i, body)
		}},
		{"long text", func(i int) string {
			body := strings.Repeat("It stops when the folder is empty, and then\nnothing helps but a restart. ", i%60)
			return fmt.Sprintf("%d,Crash when the folder is empty,open,,,,,,\"%s\"\n", i, body)
		}},
		{"Chinese", func(i int) string {
			return fmt.Sprintf("%d,%s,open,,,,,,\"%s\"\n", i, "文件夹为空时崩溃", strings.Repeat("当文件夹为空时，程序会崩溃。\n", i%5))
		}},
	} {
		var text strings.Builder
		text.WriteString("a,b,c,d,e,f,g,h,i\n")
		rows := 0
		for ; text.Len() < 4<<20; rows++ {
			text.WriteString(shape.row(rows))
		}
		b.Run(shape.name+"/records", func(b *testing.B) { benchmarkSource(b, CSV{}, text.String(), rows) })
		b.Run(shape.name+"/encoding", func(b *testing.B) { benchmarkEncodingCSV(b, text.String(), rows) })
	}
}

func benchmarkSource(b *testing.B, source Source, text string, rows int) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var after Position
		for {
			page, err := source.Page(strings.NewReader(text), after, 1000)
			if err != nil {
				b.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].End
		}
		if after.Row != int64(rows) {
			b.Fatalf("%d records, want %d", after.Row, rows)
		}
	}
}

func benchmarkEncodingCSV(b *testing.B, text string, rows int) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r := csv.NewReader(strings.NewReader(text))
		r.ReuseRecord = true
		n := -1 // the header
		for ; ; n++ {
			if _, err := r.Read(); err == io.EOF {
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
