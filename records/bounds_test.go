package records

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

// A page is bounded by what it takes in memory, and goes on after.
func TestPageIsBounded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		record string
		most   int // bytes of the file in a page
	}{
		{"long", "1,\"" + strings.Repeat("x", 1<<20) + "\"\n", pageSize + 1<<20},
		{"short", "1,2\n", pageSize / 25}, // with bookkeeping it takes more than 25 times its text
		{"ragged", "1\n", pageSize / 150},
		{"bad", "1," + strings.Repeat("\"x", 1<<15) + "\n", pageSize + 1<<20},
	} {
		text := "a,b\n" + strings.Repeat(test.record, 6<<20/len(test.record))
		records := 0
		for after := (Position{}); ; {
			page, err := CSV{}.Page(strings.NewReader(text), after, 1<<30)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			records += len(page)
			end := page[len(page)-1].End
			if end.Offset-after.Offset > int64(test.most) {
				t.Fatalf("%s: a page of %d bytes", test.name, end.Offset-after.Offset)
			}
			after = end
		}
		if want := 6 << 20 / len(test.record); records != want {
			t.Errorf("%s: %d records, want %d", test.name, records, want)
		}
	}
}

// longLine is a file with one long line between two records.
type longLine struct {
	before, after string
	size          int64 // bytes between them
}

func (f longLine) ReadAt(p []byte, off int64) (int, error) {
	file := io.MultiReader(
		io.NewSectionReader(strings.NewReader(f.before), off, max(int64(len(f.before))-off, 0)),
		io.LimitReader(letters{}, f.size-max(off-int64(len(f.before)), 0)),
		io.NewSectionReader(strings.NewReader(f.after), max(off-int64(len(f.before))-f.size, 0), int64(len(f.after))),
	)
	n, err := io.ReadFull(file, p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

// meter is a file that notes how much memory is in use while it is read.
type meter struct {
	io.ReaderAt
	begin, peak uint64
}

func newMeter(src io.ReaderAt) *meter {
	runtime.GC()
	m := &meter{ReaderAt: src}
	m.note()
	m.begin = m.peak
	return m
}

func (m *meter) note() {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	m.peak = max(m.peak, stats.HeapAlloc)
}

func (m *meter) ReadAt(p []byte, off int64) (int, error) {
	m.note()
	return m.ReaderAt.ReadAt(p, off)
}

// used is the most that was in use since the beginning.
func (m *meter) used() uint64 { return m.peak - m.begin }

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// bad-input 59. No other test may run at the same time.
func TestLongLineIsNotHeld(t *testing.T) {
	for _, test := range []struct {
		before, after string
		lines         int // of the bad record
		reason        string
	}{
		{"a,b\n1,2\n", "\n3,4\n", 1, "longer than 4194304 bytes"},
		{"a,b\n1,2\n1,\"\n", "\n5,6\n\"\n3,4\n", 4, "longer than 4194304 bytes; is a quote never closed?"},
		{"a,b\n1,2\n1\"", "\n3,4\n", 1, "a quote in a field that does not begin with one"},
	} {
		f := newMeter(longLine{before: test.before, after: test.after, size: 100 << 20})
		var got []string
		for after := (Position{}); ; {
			page, err := CSV{}.Page(f, after, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				s := fmt.Sprintf("%d (line %d) %q", r.Row, r.Line, r.Fields)
				if r.Err != nil {
					s += fmt.Sprintf(" %s; %d of %d", r.Err.Reason, len(r.Err.Raw), r.Err.Size)
				}
				got = append(got, s)
			}
			after = page[len(page)-1].End
		}
		size := 100<<20 + len(test.before) - len("a,b\n1,2\n") + len(test.after) - len("3,4\n")
		want := []string{
			`1 (line 2) ["1" "2"]`,
			fmt.Sprintf(`2 (line 3) [] %s; 65536 of %d`, test.reason, size),
			fmt.Sprintf(`3 (line %d) ["3" "4"]`, 3+test.lines),
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if used := f.used(); used > 32<<20 {
			t.Errorf("%s: %d MiB in use", test.reason, used>>20)
		}
	}
}

// Records near MaxRecord do not make a page larger than the package says. No other
// test may run at the same time.
func TestPageOfLongRecords(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	const size = defaultMaxRecord - 100
	var names strings.Builder
	for i := 0; names.Len() < size-100; i++ {
		fmt.Fprintf(&names, "\"%x\":1,", i)
	}
	pair := func(begin, text, end string) string { // a page: one record that leaves room, and a long one
		return begin + strings.Repeat(text, (size-pageSize/40)/len(text)) + end + begin + strings.Repeat(text, size/len(text)) + end
	}
	for _, test := range []struct {
		name   string
		source Source
		text   string
	}{
		{"quotes", CSV{}, "a\n" + pair("\"", "\"\"", "\"\n")},
		{"Windows-1252", CSV{Encoding: Windows1252}, "a\n" + pair("\"\"\"", "\x80", "\"\n")},
		{"fields", CSV{}, "a\n" + pair("", ",", "\n")},
		{"values", JSONArray{}, "[" + pair("[", "0,", "0],") + "0]"},
		{"names", JSONL{}, "{" + names.String() + "\"\":1}\n{" + names.String() + "\"\":1}\n"},
	} {
		f := newMeter(strings.NewReader(test.text))
		page, err := test.source.Page(f, Position{}, 10)
		if err != nil {
			t.Fatal(err)
		}
		f.note()
		if used := f.used(); used > 7*(pageSize+defaultMaxRecord) {
			t.Errorf("%s: %d records, %d MiB in use", test.name, len(page), used>>20)
		}
		runtime.KeepAlive(page)
	}
}

// A record of very many fields is refused without an array of them.
func TestFieldsAreBounded(t *testing.T) {
	t.Parallel()
	page, err := CSV{}.Page(strings.NewReader("a,b\n"+strings.Repeat(",", 2<<20)+"\n1,2\n"), Position{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	reason := "2097153 fields where the header has 2"
	if len(page) != 2 || len(page[0].Fields) != maxFields || page[0].Err == nil || page[0].Err.Reason != reason || page[1].Err != nil {
		t.Errorf("got %d fields and error %v, want %s", len(page[0].Fields), page[0].Err, reason)
	}
}

// bad-input 57: whatever a file does with quotes, time is linear; else this would
// take hours. Reading a few bytes at a time makes that felt.
func TestTimeIsLinear(t *testing.T) {
	t.Parallel()
	deadline := time.Now().Add(patience())
	for _, test := range []struct{ begin, line string }{
		{"", "\"\n"},
		{"", "\"x\n"},
		{"", "x,\"\n"},
		{"", "\",\"\n"},
		{"", "\"\",\"\n"},
		{"\"", "x,\"\"y\"\"\n"},
		{"\"", "\"\"\"\"\n"},
		{"\"", "x\n"},
		{"", "\n"},
		{"1,\"2\"\n", "\r\n"},
		{"", "\r"},
		{"", ","},
		{"", "\""},
		{"", "\"\"\xff"},
		{"", "\xe5\n"},
	} {
		text := "a,b\n" + test.begin + strings.Repeat(test.line, 1<<20/len(test.line))
		for after := (Position{}); ; {
			page, err := CSV{chunk: 4}.Page(strings.NewReader(text), after, 5000)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].End
			if time.Now().After(deadline) {
				t.Fatalf("%q: at byte %d when the time was over", test, after.Offset)
			}
		}
	}
}

// A record costs less than two allocations, for its text and its fields.
func TestAllocations(t *testing.T) {
	text := "a,b,c\n" + strings.Repeat("1,\"some text\",\"some \"\"quoted\"\" text\"\n", 1000)
	src := strings.NewReader(text)
	allocs := testing.AllocsPerRun(10, func() {
		if page, err := (CSV{}).Page(src, Position{}, 1000); err != nil || len(page) != 1000 {
			t.Fatalf("%d records and error %v", len(page), err)
		}
	})
	if allocs > 100 {
		t.Errorf("%v allocations for 1,000 records", allocs)
	}
}

// patience is how long what is linear may take: half a second by itself, and a
// hundred times that beside others. What is quadratic takes far longer.
func patience() time.Duration {
	info, ok := debug.ReadBuildInfo()
	if race := (debug.BuildSetting{Key: "-race", Value: "true"}); ok && slices.Contains(info.Settings, race) {
		return 5 * time.Minute
	}
	return time.Minute
}
