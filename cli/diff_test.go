package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/ports"
)

// preview is what a dry run with these changes prints of them.
func preview(t *testing.T, whole bool, all int64, samples ...ports.Change) string {
	t.Helper()
	c := &call{diff: whole}
	c.writePreview(ports.Run{Preview: &ports.Preview{Samples: samples}, Progress: ports.Progress{Changed: all}})
	return c.out.String()
}

func change(key, before, after string) ports.Change {
	return ports.Change{Key: key, Before: json.RawMessage(before), After: json.RawMessage(after)}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		ports.Change
		want string
	}{
		{"an update", change("k", `{"a":1,"state":"Open","same":{"x":[1]}}`, `{"a":1,"state":"Closed","same":{"x":[1]}}`), `
  ~ k
      state  Open → Closed
`},
		{"an insertion", change("k", `null`, `{"title":"Crash","body":"","labels":[],"extra":{},"n":0,"who":null,"done":false}`), `
  + k
      title  Crash
      n      0
      done   false
`},
		{"a deletion", change("k", `{"title":"Crash","body":""}`, `null`), `
  - k
      title  Crash
`},
		{"within objects", change("k", `{"a":{"b":{"c":1,"d":2}},"gone":"x"}`, `{"a":{"b":{"c":10000,"d":2}},"new":"y"}`), `
  ~ k
      a.b.c  1 → 10,000
      gone   x → none
      new    none → y
`},
		{"arrays as a whole", change("k", `{"labels":["Bug","a, b",""]}`, `{"labels":["bug","a, b",""]}`), `
  ~ k
      labels  Bug, "a, b", "" → bug, "a, b", ""
`},
		{"emptied", change("k", `{"a":"x","l":["y"]}`, `{"a":"","l":[]}`), `
  ~ k
      a  x → ""
      l  y → none
`},
		{"what looks the same", change("k", `{"a":"1","b":"none","c":[["x"]]}`, `{"a":1,"b":null,"c":["x"]}`), `
  ~ k
      a  "1" → 1
      b  "none" → null
      c  [["x"]] → ["x"]
`},
		{"no objects", change("k", `1`, `2`), `
  ~ k
      1 → 2
`},
		{"from a text to an object", change("k", `"x"`, `{"a":1}`), `
  ~ k
      x → a 1
`},
		{"nothing", change("k", `{"a":1}`, `{"a":1}`), `
  ~ k
      no field of it differs
`},
		{"nothing at all", change("k", `null`, `null`), `
  ~ k
      no field of it differs
`},
		{"lines", change("k", `{"body":"one\ntwo\nthree\nfour"}`, `{"body":"one\n2\nthree\nfour\nfive"}`), `
  ~ k
      body
        - two
        + 2
        + five
`},
		{"new lines", change("k", `null`, `{"title":"t","body":"one\ntwo"}`), `
  + k
      title  t
      body
        + one
        + two
`},
		{"a long line", change("k", `{"b":"`+strings.Repeat("same ", 40)+`old"}`, `{"b":"`+strings.Repeat("same ", 40)+`new and more"}`), `
  ~ k
      b
        - …e same same same old
        + …e same same same new and more
`},
		{"what a terminal obeys", change("k\x1b[2J\u202e", `{"a\u0007":"\u001b]0;x\u009b","b":"x\ny\rz"}`, `{"a\u0007":"\u202ey","b":"x\ny\u2066"}`), `
  ~ k\x1b[2J\u202e
      a\a  \x1b]0;x\u009b → \u202ey
      b
        - y\rz
        + y\u2066
`},
		{"no JSON", change("k", `{`, ``), `
  - k
      {
`},
	} {
		if got, want := preview(t, false, 1, test.Change), "1 change:"+test.want; got != want {
			t.Errorf("%s:\n%swant\n%s", test.name, got, want)
		}
	}
}

// Without --diff a few changes are shown, a few fields of each and a few lines of a
// text; with it all that were kept, and how many there are besides.
func TestDiffBounds(t *testing.T) {
	t.Parallel()
	var samples []ports.Change
	for i := range 5 {
		samples = append(samples, change(fmt.Sprint("k", i), `null`, `{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8}`))
	}
	got := preview(t, false, 30, samples...)
	if !strings.HasPrefix(got, "the first 3 of 30 changes:\n  + k0\n") || !strings.HasSuffix(got, "      f  6\n      … 2 more fields\nhint: --diff shows more of them\n") || strings.Contains(got, "k3") {
		t.Errorf("a few:\n%s", got)
	}
	got = preview(t, true, 30, samples...)
	if !strings.HasPrefix(got, "the first 5 of 30 changes:\n") || !strings.HasSuffix(got, "  + k4\n      a  1\n      b  2\n      c  3\n      d  4\n      e  5\n      f  6\n      g  7\n      h  8\n") {
		t.Errorf("under --diff:\n%s", got)
	}
	if got := preview(t, true, 5, samples...); !strings.HasPrefix(got, "5 changes:\n") {
		t.Errorf("all:\n%s", got)
	}
	var many []string
	for i := range 600 {
		many = append(many, fmt.Sprint("line ", i))
	}
	for whole, shown := range map[bool]int{false: fewLines, true: diffLines} {
		text, err := json.Marshal(map[string]string{"b": strings.Join(many, "\n")})
		if err != nil {
			t.Fatal(err)
		}
		got := preview(t, whole, 1, change("k", string(text), `{"b":"x\ny"}`))
		if want := fmt.Sprintf("        … %d more lines\n", 602-shown); strings.Count(got, "\n") != shown+4 || !strings.HasSuffix(got, want) {
			t.Errorf("a long text:\n%s", got)
		}
	}
}

// No line is wider than a terminal, however narrow, and on one it is coloured.
func TestDiffFits(t *testing.T) {
	t.Parallel()
	samples := []ports.Change{
		change(strings.Repeat("崩溃", 30), `{"a-name-that-is-long":"`+strings.Repeat("x", 50)+`","b":"1"}`, `{"a-name-that-is-long":"y\nz","b":"2"}`),
		change("k", `null`, `{"`+strings.Repeat("n", 90)+`":"v","c":["`+strings.Repeat("w", 99)+`"]}`),
		change("k", `1`, `1`),
	}
	for _, columns := range []int{1, 8, 20, 80} {
		var out bytes.Buffer
		d := differ{w: &out, tty: term.Terminal{Color: true}, width: columns}
		for _, s := range samples {
			d.change(s)
		}
		if !strings.Contains(out.String(), "\x1b[32m") || !strings.Contains(out.String(), "\x1b[31m") {
			t.Errorf("at %d columns there is no colour", columns)
		}
		for line := range strings.Lines(out.String()) {
			plain := strings.NewReplacer("\x1b[31m", "", "\x1b[32m", "", "\x1b[33m", "", "\x1b[2m", "", "\x1b[0m", "", "\n", "").Replace(line)
			if n := term.Cells(plain); columns >= 20 && n > columns {
				t.Errorf("at %d columns a line has %d: %s", columns, n, plain)
			}
		}
	}
}

func FuzzDiff(f *testing.F) {
	f.Add(`{"a":1}`, `{"a":"x\ny"}`, 20)
	f.Add(`null`, `{"a":{"":[{}]}}`, 1)
	f.Fuzz(func(t *testing.T, before, after string, columns int) {
		var out bytes.Buffer
		d := differ{w: &out, width: columns % 200}
		d.change(change(before, before, after))
		if got := out.String(); got != term.EscapeText(got) {
			t.Errorf("not escaped: %q", got)
		}
	})
}

func TestFilesOfADryRun(t *testing.T) {
	t.Parallel()
	c := &call{}
	c.writePreview(ports.Run{Preview: &ports.Preview{Files: []ports.Written{{Name: "rows\x1b.csv", Size: 12345}, {Name: "-", Size: 1}}}})
	if got, want := c.out.String(), "would write rows\\x1b.csv, 12,345 bytes\nwould write standard output, 1 byte\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
