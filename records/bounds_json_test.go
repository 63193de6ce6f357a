package records

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// bad-input 59. No other test may run at the same time.
func TestLongValueIsNotHeld(t *testing.T) {
	for _, test := range []struct {
		source        Source
		before, after string
		want          []string
	}{
		{JSONL{}, "1\n\"", "\"\n2\n", []string{
			"1 (line 1) 1",
			"2 (line 2) longer than 4194304 bytes; 65536 of 104857603",
			"3 (line 3) 2",
		}},
		{JSONArray{}, "[1,\n\"", "\",\n2]", []string{
			"1 (line 1) 1",
			"2 (line 2) longer than 4194304 bytes; 65536 of 104857602",
			"3 (line 3) 2",
		}},
	} {
		f := newMeter(longLine{before: test.before, after: test.after, size: 100 << 20})
		var got []string
		for after := (Position{}); ; {
			page, err := test.source.Page(f, after, 1000)
			if err != nil {
				got = append(got, err.Error())
			}
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				s := fmt.Sprintf("%d (line %d) %s", r.Row, r.Line, r.Value)
				if r.Err != nil {
					s += fmt.Sprintf("%s; %d of %d", r.Err.Reason, len(r.Err.Raw), r.Err.Size)
				}
				got = append(got, s)
			}
			after = page[len(page)-1].End
		}
		compare(t, got, test.want)
		if used := f.used(); used > 32<<20 {
			t.Errorf("%T: %d MiB in use", test.source, used>>20)
		}
	}
}

// Whatever a file does with brackets, quotes and white space, time is linear.
func TestTimeIsLinearInJSON(t *testing.T) {
	t.Parallel()
	deadline := time.Now().Add(patience())
	for _, test := range []struct{ begin, line string }{
		{"[", " "}, {"[1", "\n"}, {"[1,", "\n"}, {"[", "["}, {"[\"", "\\"}, {"[\"", "\\\""}, {"[\"", "x"},
		{"[0", ",0"}, {"[\"\xff\"", ",\"\xff\""}, {"[1", "1"}, {"[{", "\"a\":1,"}, {"", "\n"}, {"", "\"\n"}, {"", "{"}, {"", "0\n"},
		{"[", "[1,2,3,4,5,6,7,8],"}, {"[[", "1,"},
	} {
		text := test.begin + strings.Repeat(test.line, 1<<20/len(test.line))
		for _, source := range []Source{JSONL{chunk: 4}, JSONArray{chunk: 4}, JSONArray{chunk: 4, MaxRecord: 16}} {
			for after := (Position{}); ; {
				page, _ := source.Page(strings.NewReader(text), after, 5000)
				if len(page) == 0 {
					break
				}
				after = page[len(page)-1].End
				if time.Now().After(deadline) {
					t.Fatalf("%T: %q: at byte %d when the time was over", source, test, after.Offset)
				}
			}
		}
	}
}
