package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/cli/clitest"
)

// What README and docs/ say to type is typed here, document by document, each in a
// fresh copy of this module with the program as built:
//
//   - sh: commands, which succeed;
//   - console: commands behind "$ ", each with what it prints below it: logs left
//     out, what differs from run to run as [clitest.Scrub] has it, and "..." for any
//     lines. A command that is to fail ends in "# exit N";
//   - yaml with run: keys, and cron: the commands in them;
//   - server: as console, for a server that is not here. That there are such commands
//     and flags is seen; testdata/postgres/production.txtar types the like of them;
//   - yaml, go, json, text: nothing to run.
func TestDocuments(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program")
	}
	names, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	binary := build(t)
	for _, name := range append(names, "README.md") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			d := document{t: t, name: name, binary: binary}
			for _, b := range blocks(string(text)) {
				d.run(b)
			}
		})
	}
}

func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "beignet")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// block is one fenced block of a document.
type block struct {
	line  int
	kind  string
	lines []string
}

func blocks(text string) []block {
	var all []block
	open := false
	for i, line := range strings.Split(text, "\n") {
		kind, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && !open:
			all = append(all, block{line: i + 1, kind: kind})
			open = true
		case fence:
			open = false
		case open:
			b := &all[len(all)-1]
			b.lines = append(b.lines, line)
		}
	}
	return all
}

// document runs the blocks of one document in one folder, which is made when the
// first command comes.
type document struct {
	t      *testing.T
	name   string
	binary string
	dir    string
}

func (d *document) run(b block) {
	d.t.Helper()
	at := fmt.Sprintf("%s:%d", d.name, b.line)
	switch b.kind {
	case "sh":
		d.exec(at, strings.Join(b.lines, "\n"), 0)
	case "console":
		d.console(at, b.lines)
	case "server":
		for _, line := range b.lines {
			if command, ok := strings.CutPrefix(line, "$ beignet "); ok {
				d.known(at, strings.Fields(command))
			}
		}
	case "yaml":
		for _, line := range b.lines {
			if _, command, ok := strings.Cut(line, "run: "); ok && !strings.Contains(line, "{") {
				d.exec(at, command, 0)
			}
		}
	case "cron":
		for _, line := range b.lines {
			if fields := strings.SplitN(line, " ", 6); len(fields) == 6 {
				d.exec(at, fields[5], 0)
			}
		}
	case "go", "json", "text":
		if d.name == cliReference {
			return // it is what help prints
		}
		for _, line := range b.lines {
			if strings.HasPrefix(line, "beignet ") && !strings.Contains(line, "  ") || strings.HasPrefix(line, "$ ") {
				d.t.Errorf("%s: %q is not run by this test: make it a block of sh or console", at, line)
			}
		}
	default:
		d.t.Errorf("%s: a block of kind %q", at, b.kind)
	}
}

// known holds a command line to what help says of its command.
func (d *document) known(at string, words []string) {
	d.t.Helper()
	flags := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, "-") })
	if flags < 0 {
		flags = len(words)
	}
	help := d.exec(at, "beignet "+strings.Join(words[:flags], " ")+" --help", 0)
	for _, word := range words[flags:] {
		if strings.HasPrefix(word, "--") && !regexp.MustCompile(`(?m)^ +(-. )?`+word+`\b|--\[no-\]`+strings.TrimPrefix(word, "--no-")+`\b`).MatchString(help) {
			d.t.Errorf("%s: no flag %s of %s", at, word, strings.Join(words[:flags], " "))
		}
	}
}

var exits = regexp.MustCompile(`\s*# exit (\d+)$`)

// console runs commands that stand with their output.
func (d *document) console(at string, lines []string) {
	d.t.Helper()
	for len(lines) > 0 {
		command, ok := strings.CutPrefix(lines[0], "$ ")
		if !ok {
			d.t.Errorf("%s: %q is no command", at, lines[0])
			return
		}
		end := slices.IndexFunc(lines[1:], func(line string) bool { return strings.HasPrefix(line, "$ ") })
		if end < 0 {
			end = len(lines) - 1
		}
		want := strings.TrimRight(strings.Join(lines[1:1+end], "\n"), "\n")
		lines = lines[1+end:]
		exit := 0
		if m := exits.FindStringSubmatch(command); m != nil {
			fmt.Sscan(m[1], &exit)
			command = exits.ReplaceAllString(command, "")
		}
		got := d.exec(at, command, exit)
		if !like(clitest.Scrub(got), clitest.Scrub(want)) {
			d.t.Errorf("%s: %s\nprints\n%s\nand not\n%s", at, command, got, want)
		}
	}
}

// like compares line by line, without spaces at their ends.
func like(got, want string) bool {
	var pattern strings.Builder
	for _, line := range strings.Split(want, "\n") {
		if line == "..." {
			pattern.WriteString("(.*\n)*")
			continue
		}
		pattern.WriteString(regexp.QuoteMeta(strings.TrimRight(line, " ")) + " *\n")
	}
	return regexp.MustCompile(`^` + pattern.String() + `$`).MatchString(strings.TrimRight(got, "\n") + "\n")
}

var logLines = regexp.MustCompile(`(?m)^(time=|audit head ).*\n`)

// exec runs a command line and returns what it prints without its logs and the head
// of the audit.
func (d *document) exec(at, command string, exit int) string {
	d.t.Helper()
	if d.dir == "" {
		d.dir = d.t.TempDir()
		copyModule(d.t, d.dir)
	}
	// The tests are what runs here: that they compile is what is left to see.
	command = strings.ReplaceAll(command, "go test ./...", "go test -run '^$' ./...")
	cmd := exec.Command("bash", "-euc", command)
	cmd.Dir = d.dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(d.binary)+string(os.PathListSeparator)+os.Getenv("PATH"), "USER=ann", "CI=", "NO_COLOR=1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = cmd.Run() // its code says it
	if got := cmd.ProcessState.ExitCode(); got != exit {
		d.t.Errorf("%s: %s\nexit code %d, want %d\n%s", at, command, got, exit, out.String())
	}
	return logLines.ReplaceAllString(out.String(), "")
}

// copyModule copies what makes up this module, as git would.
func copyModule(t *testing.T, to string) {
	t.Helper()
	for _, name := range []string{"go.mod", "go.sum", "beignet.yaml", "features", "testdata", "handlers", "cli", "docs", "internal", "manifest", "ports", "records", "runner", "schema", "main.go", "app.go"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			err = os.CopyFS(filepath.Join(to, name), os.DirFS(name))
		} else {
			var text []byte
			if text, err = os.ReadFile(name); err == nil {
				err = os.WriteFile(filepath.Join(to, name), text, 0o644)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
