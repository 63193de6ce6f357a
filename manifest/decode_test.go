package manifest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// headlines is a report without its source lines.
func headlines(found Diagnostics) string {
	var b strings.Builder
	for _, d := range found {
		fmt.Fprintf(&b, "%d:%d %s: %s", d.Line, d.Column, d.Code, d.Message)
		if d.Hint != "" {
			b.WriteString("; " + d.Hint)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// refusedValues are keys of a task, and the report.
var refusedValues = []struct{ key, want string }{
	{"help: 1.50", `7:11 wrong-type: help must be a string, not a number; quote it: "1.50"`},
	{"help: true", `7:11 wrong-type: help must be a string, not a boolean; quote it: "true"`},
	{"help: 1e3", `7:11 wrong-type: help must be a string, not a number; quote it: "1e3"`},
	{"help: ~", `7:5 wrong-type: help must be a string, not null`},
	{"help:", `7:5 wrong-type: help has no value; give it one, or leave the key out`},
	{"help: [a]", `7:5 wrong-type: help must be a string, not a list`},
	{"help: { a: b }", `7:5 wrong-type: help must be a string, not a mapping`},
	{"help: ''", `7:11 invalid-value: help is empty`},
	{`deprecated: "a\nb"`, `7:17 invalid-value: deprecated must be one line`},
	{`deprecated: "a\tb"`, `7:17 control-character: deprecated holds U+0009; take it out`},
	{"aliases: a", `7:14 wrong-type: aliases must be a list, not a string`},
	{"aliases: [1]", `7:15 wrong-type: an item of aliases must be a string, not a number; quote it: "1"`},
	{"aliases: [a, A, a..b, -a, a-, a--b, a.b-1]", `
7:18 invalid-name: an item of aliases must be lower case letters, digits and single hyphens, joined by dots, not A
7:21 invalid-name: an item of aliases must be lower case letters, digits and single hyphens, joined by dots, not a..b
7:27 invalid-name: an item of aliases must be lower case letters, digits and single hyphens, joined by dots, not -a
7:31 invalid-name: an item of aliases must be lower case letters, digits and single hyphens, joined by dots, not a-
7:35 invalid-name: an item of aliases must be lower case letters, digits and single hyphens, joined by dots, not a--b`},
	{"aliases: [issues.search]", `7:15 duplicate-name: alias issues.search is already taken at f.yaml:3:11`},
	{"timeout: 30", `7:14 wrong-type: timeout must be a duration such as 30m, not a number`},
	{"timeout: soon", `7:14 invalid-value: timeout must be a duration such as 30m, not soon`},
	{"timeout: 0s", `7:14 invalid-value: timeout must be a duration such as 30m, not 0s`},
	{"timeout: -1s", `7:14 invalid-value: timeout must be a duration such as 30m, not -1s`},
	{"batch: 5", `7:12 wrong-type: batch must be a mapping, not a number`},
	{"batch: { sise: 5 }", `7:14 unknown-key: unknown key sise; did you mean size?`},
	{"batch: { size: 0 }", `7:20 invalid-value: size must be from 1 to 100000, not 0`},
	{"batch: { size: 100001 }", `7:20 invalid-value: size must be from 1 to 100000, not 100001`},
	{"batch: { size: '5' }", `7:20 wrong-type: size must be a whole number, not a string`},
	{"batch: { size: 5.0 }", `7:20 wrong-type: size must be a whole number, not a number`},
	{"onError: skp", `7:14 invalid-value: onError must be stop or skip, not skp; did you mean skip?`},
	{"onError: skip", `7:14 missing-key: onError: skip needs maxFailures; add a number of items, or a share such as 5%`},
	{"maxFailures: 5", `7:18 invalid-value: maxFailures has no meaning without onError: skip; take it out`},
	{"tenant: Required", `7:13 invalid-value: tenant must be required, optional or none, not Required; did you mean required?`},
	{"lock: [a, 3]", `7:15 wrong-type: an item of lock must be a string, not a number; quote it: "3"`},
	{"lock: 3", `7:11 wrong-type: lock must be a string, not a number; quote it: "3"`},
	{"lock: { a: b }", `7:5 wrong-type: lock must be a list, not a mapping`},
	{"input: [a]", `7:5 wrong-type: input must be a mapping, not a list`},
	{"input: true", `7:12 wrong-type: input must be a mapping, not a boolean`},
	{"input: { a: , b: { 1: x, true: y, ~: z, 1e3: w } }", `
7:14 wrong-type: a value is missing here; write null if that is meant
7:24 wrong-type: a key must be a string, not a number; quote it: "1"
7:30 wrong-type: a key must be a string, not a boolean; quote it: "true"
7:39 wrong-type: a key must be a string, not null; quote it: "~"
7:45 wrong-type: a key must be a string, not a number; quote it: "1e3"`},
	{"examples: { a: b }", `7:5 wrong-type: examples must be a list, not a mapping`},
	{"examples: [{ input: 5 }]", `7:25 wrong-type: input must be a mapping, not a number`},
	{"examples: [{ inptu: {} }]", `7:18 unknown-key: unknown key inptu; did you mean input?`},
}

func TestRefusedValues(t *testing.T) {
	t.Parallel()
	for _, test := range refusedValues {
		t.Run(test.key, func(t *testing.T) {
			t.Parallel()
			m, found := oneFeature(sound(test.key))
			same(t, "report", headlines(found), strings.TrimPrefix(test.want, "\n")+"\n")
			if _, ok := m.Task("issues.search"); !ok {
				t.Error("the task is gone")
			}
		})
	}
}

func TestMissingKeys(t *testing.T) {
	t.Parallel()
	_, found := oneFeature("tasks:\n  - { effect: read }\n  - {}\n  - name: x\n  - Search\n  -\n")
	same(t, "report", headlines(found), `1:1 missing-key: missing key feature
2:5 missing-key: missing key description
2:5 missing-key: missing key handler
2:5 missing-key: missing key name
3:5 missing-key: missing key description
3:5 missing-key: missing key effect
3:5 missing-key: missing key handler
3:5 missing-key: missing key name
4:5 missing-key: missing key description
4:5 missing-key: missing key effect
4:5 missing-key: missing key handler
5:5 wrong-type: an item of tasks must be a mapping, not a string
6:4 wrong-type: an item of tasks has no value; give it one, or leave the key out
`)
}

var allowedValues = []struct {
	keys []string
	got  func(*Task) any
	want any
}{
	{[]string{"onError: skip", "maxFailures: 0"}, func(t *Task) any { return *t.MaxFailures }, MaxFailures{}},
	{[]string{"onError: skip", "maxFailures: 9223372036854775807"}, func(t *Task) any { return *t.MaxFailures }, MaxFailures{Count: 1<<63 - 1}},
	{[]string{"onError: skip", `maxFailures: "0.5%"`}, func(t *Task) any { return *t.MaxFailures }, MaxFailures{Share: .005}},
	{[]string{"onError: skip", "maxFailures: 100%"}, func(t *Task) any { return *t.MaxFailures }, MaxFailures{Share: 1}},
	{[]string{"maxChanges: 0"}, func(t *Task) any { return *t.MaxChanges.Count }, int64(0)},
	{[]string{`maxChanges: "0%"`}, func(t *Task) any { return *t.MaxChanges.Count }, int64(0)},
	{[]string{"maxChanges: 5%"}, func(t *Task) any { return *t.MaxChanges }, MaxChanges{Share: .05}},
	{[]string{"timeout: 1h30m"}, func(t *Task) any { return t.Timeout }, 90 * time.Minute},
	{[]string{"batch: { size: 100000 }"}, func(t *Task) any { return t.Batch }, Batch{Size: 100000}},
	{[]string{"batch: {}"}, func(t *Task) any { return t.Batch }, Batch{}},
	{[]string{"lock: [a, b]"}, func(t *Task) any { return t.Lock }, []string{"a", "b"}},
	{[]string{"aliases: []"}, func(t *Task) any { return t.Aliases }, []string(nil)},
	{[]string{`help: "true"`}, func(t *Task) any { return t.Help }, "true"},
	{[]string{"help: yes"}, func(t *Task) any { return t.Help }, "yes"},
	{[]string{"help: 1.2.3"}, func(t *Task) any { return t.Help }, "1.2.3"},
	{[]string{"help: 2024-01-01"}, func(t *Task) any { return t.Help }, "2024-01-01"},
	{[]string{`help: "\x41\u00e9\U0001F600\uD83D\uDE00\"\\ \/"`}, func(t *Task) any { return t.Help }, "Aé😀😀\"\\ /"},
}

func TestAllowedValues(t *testing.T) {
	t.Parallel()
	for _, test := range allowedValues {
		m, found := oneFeature(sound(test.keys...))
		task, ok := m.Task("issues.search")
		if len(found) > 0 || !ok {
			t.Errorf("%q: %v", test.keys, found)
			continue
		}
		same(t, fmt.Sprint(test.keys), test.got(task), test.want)
	}
}

func TestRefusedMaxFailures(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"-1", "5 %", "%", "101%", "-1%", "-0%", "1e1%", "0x5%", "five", "99999999999999999999"} {
		_, found := oneFeature(sound("onError: skip", "maxFailures: "+value))
		same(t, value, headlines(found), "8:18 invalid-value: maxFailures must be a number of items or a share such as 5%, not "+value+"\n")
	}
	_, found := oneFeature(sound("onError: skip", "maxFailures: 0.05"))
	same(t, "a float", headlines(found), "8:18 wrong-type: maxFailures must be a number of items or a share such as 5%, not a number\n")
}

func TestEnvironments(t *testing.T) {
	t.Parallel()
	m, found := Load(files("beignet.yaml", `name: App
features: []
environments:
  Production: { protectd: true }
  staging: { protected: yes, tenant: required }
  local:
  production: { expect: { databse: a } }
`), "beignet.yaml")
	same(t, "report", headlines(found), `1:7 invalid-name: name must be lower case letters, digits and single hyphens, not App
4:3 invalid-name: this key must be lower case letters, digits and single hyphens, not Production
4:17 unknown-key: unknown key protectd; did you mean protected?
5:25 wrong-type: protected must be true or false, not a string
6:3 wrong-type: local has no value; give it one, or leave the key out
7:27 unknown-key: unknown key databse; did you mean database?
`)
	same(t, "environments", m.Environments, []Environment{
		{Name: "staging", Tenant: TenantRequired, At: Position{"beignet.yaml", 5, 3, 7}},
		{Name: "production", At: Position{"beignet.yaml", 7, 3, 10}},
	})
}

func TestTooManyProblems(t *testing.T) {
	t.Parallel()
	_, found := oneFeature("feature: a\ntasks:\n" + strings.Repeat("  - a\n", 5000))
	if len(found) != maxProblems+1 || found[0].Code != CodeTooManyProblems {
		t.Errorf("%d problems, the first one %v", len(found), found[0])
	}
}
