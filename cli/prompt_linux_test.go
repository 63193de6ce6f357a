package cli

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// talk runs a program with a person at its terminal.
func talk(t *testing.T, d demo, say func(*person)) (ended, string) {
	t.Helper()
	p := newPerson(t)
	d.tty, d.env = p.tty, maps.Clone(d.env)
	if d.env == nil {
		d.env = map[string]string{}
	}
	d.env["NO_COLOR"] = "1"
	before, err := unix.IoctlGetTermios(int(p.tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		say(p)
	}()
	got := d.run(t)
	<-done
	after, err := unix.IoctlGetTermios(int(p.tty.Fd()), unix.TCGETS)
	if err != nil || *after != *before {
		t.Errorf("the terminal is not as it was: %+v, %v", after, err)
	}
	return got, p.all()
}

// What is missing is asked for, a wrong answer again; then there is a last look.
func TestPrompt(t *testing.T) {
	t.Parallel()
	got, shown := talk(t, demo{args: []string{"task", "run", "demo.connect", "--json", "--input", `{"tls":{}}`}}, func(p *person) {
		p.waits("demo.connect needs 3 more fields", "")
		p.waits("host: ", "a\r")
		p.waits("must be at least 3 characters", "")
		p.waits("host: ", "db\u5d29\r")
		p.waits("password (not shown): ", "hunter2\r")
		p.waits("tls.caFile: ", "ca.pem\r")
		p.waits("demo.connect · local · reads · proceed? (yes or no): ", "yes\r")
	})
	if got.exit != 0 || !strings.Contains(got.out, `"output":{"host":"db崩","password":"xxxxxxx",`) || !strings.Contains(got.out, `"tls":{"caFile":"ca.pem"`) {
		t.Errorf("got %+v after %q", got, shown)
	}
	if strings.Contains(shown+got.out, "hunter2") {
		t.Errorf("the secret is shown: %q", shown)
	}
}

// Every kind of answer.
func TestPromptKinds(t *testing.T) {
	t.Parallel()
	files := map[string]string{"demo.yaml": strings.Replace(demoFiles["demo.yaml"], "required: [host, password]", "required: [level, tags, ratio, fast, extra, host, password]", 1)}
	files["demo.yaml"] = strings.NewReplacer(", default: quiet", "", ", default: true }\n        tls", " }\n        tls").Replace(files["demo.yaml"])
	args := []string{"task", "run", "demo.connect", "--json", "--host", "db1", "--password-file", "secret"}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, shown := talk(t, demo{args: args, files: files, dir: dir}, func(p *person) {
		p.waits("  1  quiet\r\n  2  loud\r\n", "")
		p.waits("level: ", "2\r")
		p.waits("tags (one a line, an empty line ends): ", "x\r")
		p.waits("tags (one a line, an empty line ends): ", "y z\r")
		p.waits("tags (one a line, an empty line ends): ", "\r")
		p.waits("ratio: ", "much\r")
		p.waits("must be a number", "")
		p.waits("ratio: ", "0.5\r")
		p.waits("fast (yes or no): ", "maybe\r")
		p.waits("must be yes or no", "")
		p.waits("fast (yes or no): ", "n\t\r")
		p.waits("extra (JSON): ", "{\r")
		p.waits("must be JSON", "")
		p.waits("extra (JSON): ", "{\"a\":\"b\"}\r")
		p.waits("proceed? (yes or no): ", "y\r")
	})
	if want := `"output":{"host":"db1","password":"xxxxxxx","level":"loud","tags":["x","y z"],"retries":null,"ratio":0.5,"fast":false,"tls":null,"extra":{"a":"b"}}`; got.exit != 0 || !strings.Contains(got.out, want) {
		t.Errorf("got %+v after %q", got, shown)
	}
}

// A no, and Ctrl-C at any prompt, start nothing.
func TestPromptEnded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, waits, keys string
		exit              int
		want              string
	}{
		{"no", "proceed? (yes or no): ", "no\r", 77, "not started: the last look was declined"},
		{"anything else", "proceed? (yes or no): ", "\r", 77, "not started: the last look was declined"},
		{"Ctrl-C at the last look", "proceed? (yes or no): ", "\x03", 130, "not started: ended at a prompt"},
		{"Ctrl-C", "name: ", "\x03", 130, "not started: ended at a prompt"},
		{"Ctrl-D", "name: ", "\x04", 130, "not started: ended at a prompt"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, shown := talk(t, demo{args: []string{"task", "run", "demo.greet"}}, func(p *person) {
				if test.waits != "name: " {
					p.waits("name: ", "Ann\r")
				}
				p.waits(test.waits, test.keys)
				p.waits("nothing was written", "")
			})
			if got.exit != test.exit || got.out != "" || !strings.Contains(shown, test.want) {
				t.Errorf("got %+v after %q", got, shown)
			}
		})
	}
}

// What was pasted behind an answer answers no other question: not the last look.
func TestPaste(t *testing.T) {
	t.Parallel()
	got, shown := talk(t, demo{args: []string{"task", "run", "demo.greet"}}, func(p *person) {
		p.waits("name: ", "Ann\ryes\r")
		p.waits("proceed? (yes or no): ", "no\r")
		p.waits("nothing was written", "")
	})
	if got.exit != 77 {
		t.Errorf("got %+v after %q", got, shown)
	}
}

// A gate is before any question.
func TestGateBeforePrompt(t *testing.T) {
	t.Parallel()
	files := map[string]string{"demo.yaml": strings.Replace(demoFiles["demo.yaml"], "aliases: [demo.hello]", "tenant: required", 1)}
	got, shown := talk(t, demo{args: []string{"task", "run", "demo.greet"}, files: files}, func(p *person) { p.waits("demo.greet needs a tenant", "") })
	if got.exit != 77 || strings.Contains(shown, "name:") {
		t.Errorf("got %+v after %q", got, shown)
	}
}

// The last look counts what the run goes over, and comes only after a question.
func TestLastLook(t *testing.T) {
	t.Parallel()
	files := map[string]string{"demo.yaml": strings.NewReplacer("default: 12, ", "", "properties:\n        rows", "required: [rows]\n      properties:\n        rows").Replace(demoFiles["demo.yaml"])}
	got, shown := talk(t, demo{args: []string{"task", "run", "demo.fill", "--no-dry-run"}, files: files}, func(p *person) {
		p.waits("rows: ", "5\r")
		p.waits("demo.fill · local · writes · 5 items · proceed? (yes or no): ", "yes\r")
	})
	if got.exit != 0 || !strings.Contains(got.out, "filled  5") {
		t.Errorf("got %+v after %q", got, shown)
	}
	got, shown = talk(t, demo{args: []string{"task", "run", "demo.fill", "--no-dry-run", "--rows", "5"}, files: files}, func(*person) {})
	if got.exit != 0 || strings.Contains(shown, "proceed") {
		t.Errorf("got %+v after %q", got, shown)
	}
}

// bad-input 17: nobody is asked under CI, with --no-input or at a dumb terminal.
func TestNoPrompt(t *testing.T) {
	t.Parallel()
	for _, d := range []demo{
		{args: []string{"task", "run", "demo.greet"}, env: map[string]string{"CI": "true"}},
		{args: []string{"task", "run", "demo.greet"}, env: map[string]string{"TERM": "dumb"}},
		{args: []string{"task", "run", "demo.greet", "--no-input"}},
		{args: []string{"task", "run", "demo.greet"}, env: map[string]string{"DEMO_NO_INPUT": "true"}},
	} {
		got, shown := talk(t, d, func(p *person) { p.waits("hint: add --name TEXT; demo task show demo.greet", "") })
		if got.exit != 64 || !strings.Contains(shown, "demo.greet needs name") {
			t.Errorf("got %+v after %q", got, shown)
		}
	}
}

// Where a protected environment wants a confirmation, the task's name is typed. A yes
// is none.
func TestPromptForConfirmation(t *testing.T) {
	t.Parallel()
	const look = "demo.fill · production · destroys · 3 items · type demo.fill to proceed: "
	args := strings.Fields("task run demo.fill --no-dry-run --rows 3 --reason why --env production --log-level error")
	got, _ := talk(t, guarded(t, args...), func(p *person) { p.waits(look, "demo.fill\r") })
	if want := (ended{0, "demo.fill  production  TIME\n  filled  3\n", ""}); got != want {
		t.Errorf("got %+v", got)
	}
	d := guarded(t, args...)
	got, _ = talk(t, d, func(p *person) {
		p.waits(look, "yes\r")
		p.waits("the confirmation is not the task's name: demo.fill was not confirmed", "")
	})
	if got.exit != 77 {
		t.Errorf("got %+v", got)
	}
	got, _ = talk(t, guarded(t, append(args, "--no-input")...), func(*person) {})
	if got.exit != 77 {
		t.Errorf("got %+v", got)
	}
}
