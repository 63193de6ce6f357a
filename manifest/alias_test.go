package manifest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	m, found := oneFeature(`feature: issues
tasks:
  - &base
    name: issues.a
    description: A.
    handler: h
    effect: read
    timeout: 30m
    input: &input { type: object, properties: { source: &source { type: string } } }
  - <<: *base
    name: issues.b
    timeout: 1h
  - name: issues.c
    input:
      <<: [{ title: C, type: x }, *input]
      properties: { a: *source, b: { <<: *source, type: integer }, c: [*source] }
    <<: *base
`)
	same(t, "report", found.String(), "")
	for name, want := range map[string]string{
		"issues.a": `30m0s {"type":"object","properties":{"source":{"type":"string"}}}`,
		"issues.b": `1h0m0s {"type":"object","properties":{"source":{"type":"string"}}}`,
		"issues.c": `30m0s {"properties":{"a":{"type":"string"},"b":{"type":"integer"},"c":[{"type":"string"}]},"title":"C","type":"x"}`,
	} {
		task, ok := m.Task(name)
		if !ok || task.Handler != "h" || task.Effect != EffectRead {
			t.Fatalf("%s: %+v", name, task)
		}
		same(t, name, task.Timeout.String()+" "+string(task.Input.JSON), want)
	}
	task, _ := m.Task("issues.c")
	same(t, "place behind an alias", task.Input.At("/properties/a/type"), Position{"f.yaml", 9, 73, 6})
}

func TestAnchors(t *testing.T) {
	t.Parallel()
	s, found := schemaOf("      a: &x 1\n      b: *x\n      c: &x [2]\n      d: *x\n      e: &y \"s\"\n      f: [*y, *y]\n")
	same(t, "report", found.String(), "")
	same(t, "the latest one counts", string(s.JSON), `{"a":1,"b":1,"c":[2],"d":[2],"e":"s","f":["s","s"]}`)

	for _, test := range []struct{ text, want string }{
		{"      a: &source 1\n      b: [*sorce, *x]\n", "9:12 bad-alias: no anchor sorce above this alias; did you mean source?\n9:20 bad-alias: no anchor x above this alias\n"},
		{"      a: *x\n      b: &x 1\n", "8:11 bad-alias: no anchor x above this alias\n"},
		{"      a: &x { b: [*x] }\n", "8:20 bad-alias: alias x stands within its own anchor\n"},
		{"      a: &x 1\n      <<: *x\n", "8:13 wrong-type: << must name a mapping, not a number\n"},
		{"      a: &x {}\n      <<: *x\n      <<: *x\n", "10:7 duplicate-key: duplicate key <<; list the aliases: <<: [*a, *b]\n"},
		{"      &x a: 1\n      *x : 2\n", "8:7 wrong-type: a key must be a string, not an anchor; write it out\n9:7 wrong-type: a key must be a string, not an alias; write it out\n"},
	} {
		_, found := schemaOf(test.text)
		same(t, test.text, headlines(found), test.want)
	}
}

// bad-input 22: what aliases expand to is measured before it is walked.
func TestBadInput22(t *testing.T) {
	t.Parallel()
	bombs := func(text string) bool {
		_, found := oneFeature(text)
		return slices.ContainsFunc(found, func(d Diagnostic) bool { return d.Code == CodeAliasBomb })
	}
	thousand := func(size int) string {
		return "a: &a " + strings.Repeat("x", size) + "\nb: [" + strings.Repeat("*a, ", maxAliases) + "]\n"
	}
	chain := func(length int) string {
		text := "k0: &k0 {}\n"
		for i := 1; i < length; i++ {
			text += fmt.Sprintf("k%d: &k%d [*k%d]\n", i, i, i-1)
		}
		return text
	}
	for what, text := range map[string]string{"a megabyte": thousand(1000), "a hundred levels": chain(maxDepth - 1)} {
		if bombs(text) {
			t.Errorf("%s is within the budget", what)
		}
	}
	for what, text := range map[string]string{"over a megabyte": thousand(1100), "over a hundred levels": chain(maxDepth), "9^9 strings": bomb()} {
		if !bombs(text) {
			t.Errorf("%s is not refused", what)
		}
	}
}
