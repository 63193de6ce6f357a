package clitest

import "testing"

func TestCheckOutput(t *testing.T) {
	t.Parallel()
	schema := func(name string) []byte {
		return []byte(`{"type":"object","required":["` + name + `"],"properties":{"schemaVersion":{"const":1},"exit":{},"` + name + `":{"type":"integer"}}}`)
	}
	for _, test := range []struct {
		args []string
		out  string
		ok   bool
	}{
		{[]string{"--json", "check"}, `{"schemaVersion":1,"check":1}`, true},
		{[]string{"check", "--json"}, `{"schemaVersion":1,"check":1}` + "\n", true},
		{[]string{"check", "--json"}, `{"schemaVersion":1,"check":"1"}`, false},
		{[]string{"check", "--json"}, `{"schemaVersion":2,"check":1}`, false},
		{[]string{"check", "--json"}, `{"schemaVersion":1}`, false},
		{[]string{"check", "--json"}, `{"schemaVersion":1,"check":1,"more":1}`, false},
		{[]string{"check", "--json"}, `{"schemaVersion":1,"exit":64,"run":1}`, true},
		{[]string{"check", "--json"}, `{"schemaVersion":1,"exit":64,"check":1}`, false},
		{[]string{"runs", "list", "--json"}, `{"schemaVersion":1,"runs-list":1}`, true},
		{[]string{"runs", "list", "--json"}, `{"schemaVersion":1,"list":1}`, false},
		{[]string{"task", "other"}, `{"schemaVersion":1}`, false},
		{[]string{"audit", "list", "--json"}, `{"schemaVersion":1,"audit-list":1}`, true},
		{[]string{"audit", "list", "--json"}, `{"schemaVersion":1,"list":1}`, false},
		{[]string{"audit", "export", "--json"}, `{"schemaVersion":1,"audit-export":1}`, true},
		{[]string{"audit", "export", "--json"}, "{\"seq\":1}\n{\"seq\":2}\n", true},
		{[]string{"audit", "verify", "--json"}, "ok\n", false},
		{[]string{"check"}, `ok`, true},
		{[]string{"check"}, `{"key":"a"}`, true},
		{[]string{"check"}, ``, true},
	} {
		if err := CheckOutput(test.args, []byte(test.out), schema); (err == nil) != test.ok {
			t.Errorf("%q %s: %v", test.args, test.out, err)
		}
	}
}
