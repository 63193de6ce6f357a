package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/schema"
)

// Flags, JSON and variables meet in one input, and in one validator.
func TestInputFlags(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for _, test := range []struct {
		name string
		args string
		env  map[string]string
		in   string
		want string // of standard output, or else of standard error
		exit int
	}{
		{"every kind", "--host db1 --password-file secret --level loud --tags a --tags b,c --retries 3 --ratio 1.5 --no-fast --tls.ca-file ca.pem --tls.strict", nil, "",
			`{"host":"db1","password":"xxxxxxx","level":"loud","tags":["a","b,c"],"retries":3,"ratio":1.5,"fast":false,"tls":{"caFile":"ca.pem","strict":true},"extra":null}`, 0},
		{"long names", "--input.host db1 --input.password-file secret --input.tls.caFile ca.pem --no-input.fast --input.retries=-3", nil, "",
			`{"host":"db1","password":"xxxxxxx","level":"quiet","tags":[],"retries":-3,"ratio":null,"fast":false,"tls":{"caFile":"ca.pem","strict":false},"extra":null}`, 0},
		{"merged with JSON", `--input {"tls":{"caFile":"a"},"retries":1} --host db1 --password-file secret --tls.strict=true`, nil, "",
			`{"host":"db1","password":"xxxxxxx","level":"quiet","tags":[],"retries":1,"ratio":null,"fast":true,"tls":{"caFile":"a","strict":true},"extra":null}`, 0},
		{"an object", `--host db1 --password-file secret --extra {"a":"b"} --input -`, nil, `{"retries":2}`,
			`{"host":"db1","password":"xxxxxxx","level":"quiet","tags":[],"retries":2,"ratio":null,"fast":true,"tls":null,"extra":{"a":"b"}}`, 0},
		{"variables", "--retries 5", map[string]string{"DEMO_INPUT_HOST": "db2", "DEMO_INPUT_PASSWORD": secret, "DEMO_INPUT_RETRIES": "4", "DEMO_INPUT_FAST": "false", "DEMO_INPUT_TLS_CA_FILE": "ca"}, "",
			`{"host":"db2","password":"xxxxxxx","level":"quiet","tags":[],"retries":5,"ratio":null,"fast":false,"tls":{"caFile":"ca","strict":false},"extra":null}`, 0},
		{"a secret's file by variable", "--host db1", map[string]string{"DEMO_INPUT_PASSWORD_FILE": "secret"}, "",
			`{"host":"db1","password":"xxxxxxx","level":"quiet","tags":[],"retries":null,"ratio":null,"fast":true,"tls":null,"extra":null}`, 0},
		{"a secret on standard input", "--host db1 --input -", nil, `{"password":"hunter2"}`,
			`{"host":"db1","password":"xxxxxxx","level":"quiet","tags":[],"retries":null,"ratio":null,"fast":true,"tls":null,"extra":null}`, 0},

		{"bad-input 4", `--input {"host":"a"} --host b`, nil, "", "--host gives /host, which is given already", 64},
		{"bad-input 4, by a parent", `--input {"tls":"x"} --tls.strict`, nil, "", "--tls.strict gives /tls/strict, which is given already", 64},
		{"two names of one", "--host a --input.host b", nil, "", "--host and --input.host give the same field", 64},
		{"on and off", "--fast --no-fast", nil, "", "--fast and --no-fast give the same field", 64},
		{"twice", "--host a --host b", nil, "", "--host is given twice", 64},
		{"bad-input 9, a flag", "--host a --password hunter2", nil, "", "--password: a secret is not given on the command line, where others can see it\nhint: write --password-file FILE", 64},
		{"bad-input 9, a long flag", "--host a --input.password=hunter2", nil, "", "--input.password: a secret is not given", 64},
		{"bad-input 9, in JSON", `--input {"host":"a","password":"hunter2"}`, nil, "", "--input, at /password: a secret is not given on the command line, where others can see it\nhint: write --password-file FILE", 64},
		{"no such secret", "--host a --password-file nosuch", nil, "", "--password-file: cannot read the file that it names: no such file", 66},
		{"a short secret", "--host abc", map[string]string{"DEMO_INPUT_PASSWORD": "x"}, "", "/password  must be at least 3 characters", 65},
		{"not a number", "--retries many", nil, "", `--retries: "many" is not a whole number`, 64},
		{"not a number, by variable", "--host abc", map[string]string{"DEMO_INPUT_RATIO": "much"}, "", `DEMO_INPUT_RATIO: "much" is not a number`, 64},
		{"over the schema's maximum", "--host abc --password-file secret --retries 10", nil, "", "/retries  must be at most 9", 65},
		{"not in the enum", "--host abc --password-file secret --level lout", nil, "", "/level", 65},
		{"bad-input 17", "--level loud", nil, "", "demo.connect needs host, password\nhint: add --host TEXT --password-file FILE; demo task show demo.connect", 64},
		{"bad-input 1", "--hots a", nil, "", "unknown flag --hots; did you mean --host?", 64},
		{"not JSON", "--extra {", nil, "", `--extra: is not JSON`, 64},
		{"not an object", "--host abc --input []", nil, "", "the input  must be an object", 65},
		{"bad-input 48", "--host a\xff\xff", nil, "", `is not UTF-8`, 64},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := demo{args: append([]string{"task", "run", "demo.connect"}, strings.Fields(test.args)...), env: test.env, in: test.in, dir: t.TempDir()}
			if err := os.WriteFile(filepath.Join(d.dir, "secret"), []byte(secret+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if test.exit == 0 {
				d.args = append(d.args, "--json")
			}
			got := d.run(t)
			text := got.err
			if test.exit == 0 {
				_, text, _ = strings.Cut(got.out, `},"output":`)
				test.want += "}\n"
			}
			if got.exit != test.exit || !strings.Contains(text, test.want) || test.exit == 0 && text != test.want {
				t.Errorf("got %d: %s\nwant %d: %s", got.exit, got.out+got.err, test.exit, test.want)
			}
			if strings.Contains(got.out+got.err, secret) {
				t.Errorf("the secret is shown: %s", got.out+got.err)
			}
		})
	}
}

// A flag before the task's name cannot be known yet.
func TestInputFlagBeforeName(t *testing.T) {
	t.Parallel()
	got := demo{args: []string{"task", "run", "--host", "a", "demo.connect"}}.run(t)
	if want := "demo: unknown flag --host\nhint: a task's own flags come after its name: demo task run NAME --host\n"; got.exit != 64 || got.err != want {
		t.Errorf("got %d: %s", got.exit, got.err)
	}
}

// A short name that another flag has is nobody's; the long one always is.
func TestPropertyNames(t *testing.T) {
	t.Parallel()
	field := func(pointer, kind string) schema.Field { return schema.Field{Pointer: pointer, Type: kind} }
	fields := []schema.Field{
		field("/file", "string"), field("/limit", "integer"), field("/cache", "boolean"), field("/noCache", "boolean"),
		field("/createdAt", "string"), field("/created_at", "string"), field("/HTMLUrl", "string"), field("/a b", "string"),
		field("/a~1b", "string"), field("/mapping", "object"), field("/mapping/title", "string"), field("/rows/*/x", "string"),
		{Pointer: "/key", Type: "object", Secret: true}, field("/key/id", "string"), field("/help", "boolean"), field("/größe", "integer"),
	}
	want := map[string]string{
		"/file": "--file TEXT", "/limit": "--input.limit N", "/cache": "--[no-]input.cache", "/noCache": "--[no-]input.noCache",
		"/createdAt": "--input.createdAt TEXT", "/created_at": "--input.created_at TEXT", "/HTMLUrl": "--html-url TEXT",
		"/a b": "--input a b", "/a~1b": "--input a/b", "/mapping": "--mapping JSON", "/mapping/title": "--mapping.title TEXT",
		"/key": "--key-file FILE", "/key/id": "--key.id-file FILE", "/help": "--[no-]input.help", "/größe": "--größe N",
	}
	got := properties(fields, func(flag string) bool { return flag == "limit" || flag == "help" })
	if len(got) != len(want) {
		t.Errorf("%d properties, want %d", len(got), len(want))
	}
	for _, p := range got {
		if p.spec() != want[p.Pointer] {
			t.Errorf("%s: got %s, want %s", p.Pointer, p.spec(), want[p.Pointer])
		}
	}
}

// fromFlags is what flags make of an input, or why they are refused.
func fromFlags(t *testing.T, document string, env map[string]string, args ...string) string {
	t.Helper()
	s, problems := schema.CompileInput([]byte(document))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	f := newFlagSet("p", nil)
	in := inputFlags{properties: properties(s.Fields(), f.has), read: os.ReadFile}
	in.add(f)
	text := []byte(nil)
	err := f.Parse(args)
	if err == nil {
		err = in.exposed(nil, s.Secrets)
	}
	if err == nil {
		err = in.fromVariables(readEnvironment("p", func(name string) string { return env[name] }), nil)
	}
	if err == nil {
		text, err = in.merge(nil)
	}
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// bad-input 9: a secret inside another flag's value is one too, and is not shown
// either where that value is no JSON.
func TestSecretsInFlags(t *testing.T) {
	t.Parallel()
	const document = `{"type":"object","properties":{
		"auth":{"type":"object","properties":{"user":{"type":"string"},"pin":{"type":"string","writeOnly":true}}},
		"keys":{"type":"array","items":{"type":"string","writeOnly":true}},
		"pins":{"type":"array","items":{"type":"integer","writeOnly":true}},
		"extra":{"type":"object","additionalProperties":{"type":"string","writeOnly":true}}}}`
	const why = ": a secret is not given on the command line, where others can see it"
	for _, test := range []struct{ flag, value, want string }{
		{"--auth", `{"pin":"hunter2"}`, "--auth" + why},
		{"--input.auth", `{"pin":"hunter2"}`, "--input.auth" + why},
		{"--auth", `{"pin":"hunter2"`, "--auth: is not JSON"},
		{"--auth", `{"pin":"hunter2","pin":"x"}`, "--auth: is not JSON"},
		{"--auth", `{"user":"ann"}`, `{"auth":{"user":"ann"}}`},
		{"--auth.pin", "hunter2", "--auth.pin" + why},
		{"--auth.pin-file", "/nosuch/hunter2", "--auth.pin-file: cannot read the file that it names: no such file or directory"},
		{"--keys", "hunter2", "--keys" + why},
		{"--pins", "hunter2", "--pins: is not a whole number"},
		{"--extra", `{"a":"hunter2"}`, "--extra" + why},
	} {
		if got := fromFlags(t, document, nil, test.flag, test.value); got != test.want {
			t.Errorf("%s %s: got %s, want %s", test.flag, test.value, got, test.want)
		}
	}
	if got := fromFlags(t, document, map[string]string{"P_INPUT_AUTH": `{"pin":"hunter2"`}); got != "P_INPUT_AUTH: is not JSON" {
		t.Errorf("a variable: got %s", got)
	}
}

// A name that begins with no is a name; -no- turns it round.
func TestNegation(t *testing.T) {
	t.Parallel()
	const document = `{"type":"object","properties":{"noCache":{"type":"boolean"},"fast":{"type":"boolean"}}}`
	for args, want := range map[string]string{
		"--no-cache": `{"noCache":true}`, "--no-no-cache": `{"noCache":false}`, "--no-cache=false": `{"noCache":false}`,
		"--input.noCache": `{"noCache":true}`, "--fast": `{"fast":true}`, "--no-fast": `{"fast":false}`, "--no-fast=false": `{"fast":true}`,
	} {
		if got := fromFlags(t, document, nil, args); got != want {
			t.Errorf("%s: got %s, want %s", args, got, want)
		}
	}
}

// A variable that would mean two fields means neither.
func TestVariablesCollide(t *testing.T) {
	t.Parallel()
	const document = `{"type":"object","properties":{"token":{"type":"string","writeOnly":true},"tokenFile":{"type":"string"},
		"snakeCase":{"type":"string"},"snake_case":{"type":"string"},"host":{"type":"string"}}}`
	env := map[string]string{"P_INPUT_TOKEN_FILE": "/etc/hostname", "P_INPUT_SNAKE_CASE": "x", "P_INPUT_HOST": "db1"}
	if got, want := fromFlags(t, document, env), `{"host":"db1"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
