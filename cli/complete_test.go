package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a shell is told, with | between the words of a command line.
func TestComplete(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ line, want string }{
		{"", "task\tlist, show, run\n"},
		{"ta", "task\tlist, show, run\n"},
		{"task|run|demo.", "demo.greet\tGreet a person.\ndemo.connect\tConnect to a host.\ndemo.fill\tFill rows.\n"},
		{"task|show|demo.f", "demo.fill\tFill rows.\n"},
		{"task|run|demo.fill|", ""},
		{"task|nosuch|", ""},
		{"task|run|demo.nosuch|--lim", "--limit\tStop after this many items.\n"},
		{"task|run|demo.connect|--h", "--host\n--help\tShow this.\n"},
		{"task|run|demo.connect|--host|x|--h", "--help\tShow this.\n"},
		{"task|run|demo.connect|--tag", "--tags\n"},
		{"task|run|demo.connect|--tags|x|--tag", "--tags\n"},
		{"task|run|demo.connect|--pass", "--password-file\n"},
		{"task|run|demo.connect|--input.p", "--input.password-file\n"},
		{"task|run|demo.connect|--no-f", "--no-fast\tThe opposite of --fast.\n"},
		{"task|run|demo.fill|--dry", "--dry-run\tReport what would change and write nothing.\n"},
		{"task|run|demo.connect|--level|", "quiet\nloud\n"},
		{"task|run|demo.connect|--level|l", "loud\n"},
		{"task|run|demo.connect|--level=l", "--level=loud\n"},
		{"task|run|demo.connect|--level|=|l", "loud\n"}, // as bash parts it
		{"task|run|demo.connect|--level|=", "quiet\nloud\n"},
		{"task|run|demo.connect|--password-file|", ":files\n"},
		{"task|run|demo.connect|--tls.ca-file|x", ":files\n"},
		{"task|run|demo.connect|--host|", ""},
		{"task|run|demo.fill|--on-error|", "stop\nskip\n"},
		{"--module|x|--log-format|", "text\njson\n"},
		{"--module|", ":files\n"},
		{"task|list|--feature|", "demo\n"},
		{"help|ch", "check\tCheck manifests, schemas, handlers and examples of every task.\n"},
		{"completion|", "bash\nzsh\nfish\n"},
	} {
		got := demo{args: append([]string{"__complete"}, strings.Split(test.line, "|")...)}.run(t)
		if got.exit != 0 || got.err != "" || got.out != test.want && !(test.line == "" && strings.HasPrefix(got.out, test.want)) {
			t.Errorf("%s: got %d %q %q, want %q", test.line, got.exit, got.out, got.err, test.want)
		}
	}
}

// A manifest that cannot be read, or with something in it that a terminal must not
// see, makes no candidate of it.
func TestCompleteBroken(t *testing.T) {
	t.Parallel()
	broken := demo{args: []string{"__complete", "task", "run", ""}, files: map[string]string{"beignet.yaml": "name: ["}}.run(t)
	if broken != (ended{}) {
		t.Errorf("got %+v, want nothing", broken)
	}
	got := demo{
		args:  []string{"__complete", "task", "run", "demo.connect", "--level", ""},
		files: map[string]string{"demo.yaml": strings.Replace(demoFiles["demo.yaml"], "[quiet, loud]", `[quiet, "lo\eud\tx"]`, 1)},
	}.run(t)
	if strings.ContainsAny(got.out, "\x1b") {
		t.Errorf("got %q", got.out)
	}
}

// A shell that is handed a flag and a file's name as one word cannot complete it.
func TestCompleteFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a.json", "b.json", "sub/c.json"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for line, want := range map[string]string{
		"task|run|demo.connect|--input|@a":       "@a.json\n",
		"task|run|demo.connect|--input|@":        "@a.json\n@b.json\n@sub/\n",
		"task|run|demo.connect|--input|@sub/":    "@sub/c.json\n",
		"task|run|demo.connect|--tls.ca-file=b":  "--tls.ca-file=b.json\n",
		"task|run|demo.connect|--input|@nosuch/": "",
		"task|run|demo.connect|--input|{":        "",
	} {
		got := demo{args: append([]string{"__complete"}, strings.Split(line, "|")...), dir: dir}.run(t)
		if got != (ended{0, want, ""}) {
			t.Errorf("%s: got %+v, want %q", line, got, want)
		}
	}
}

func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	for _, shell := range shells() {
		got := demo{args: []string{"completion", shell}}.run(t)
		if got.exit != 0 || !strings.Contains(got.out, "demo completion "+shell) || strings.Contains(got.out, "PROGRAM") || strings.Contains(got.out, "FUNCTION") {
			t.Errorf("%s: got %+v", shell, got)
		}
	}
	got := demo{args: []string{"completion", "bsh"}}.run(t)
	if want := "demo: no completion bsh; did you mean bash?\nhint: choose one of bash, zsh, fish\n"; got.exit != 64 || got.err != want {
		t.Errorf("got %+v", got)
	}
}
