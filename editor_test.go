package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What an editor shows of a manifest: the schemas of package manifest, as
// yaml-language-server applies them to a file that names one in its first line.
func TestEditor(t *testing.T) {
	t.Parallel()
	e := startEditor(t)
	for _, file := range []string{"beignet.yaml", "features/issues/tasks.yaml", "features/release/tasks.yaml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "# yaml-language-server: $schema=") {
			t.Errorf("%s names no schema in its first line", file)
		}
		if found := e.open(file, string(text)); len(found) > 0 {
			t.Errorf("%s: %q", file, found)
		}
	}
	for _, test := range []struct{ file, text string }{{"features/bad.yaml", badFeature}, {"bad.yaml", badModule}} {
		found := strings.Join(e.open(test.file, test.text), "\n") + "\n"
		for i, line := range strings.Split(test.text, "\n") {
			if bad := strings.Contains(line, "# bad"); bad != strings.Contains("\n"+found, fmt.Sprintf("\n%d:", i+1)) {
				t.Errorf("%s:%d: %s\nfound\n%s", test.file, i+1, line, found)
			}
		}
	}

	e.open("features/new.yaml", newFeature)
	for _, test := range []struct {
		after   string
		offered []string
	}{
		{"One.\n    ", []string{"handler", "batch", "onError", "maxFailures", "lock", "output", "examples"}},
		{"effect: ", []string{"read", "write", "destructive"}},
		{"file:\n          ", []string{"type", "default", "description", "minimum", "enum", "x-file"}},
	} {
		offered := e.complete("features/new.yaml", end(newFeature, test.after))
		for _, word := range test.offered {
			if !slices.Contains(offered, word) {
				t.Errorf("after %q: %s is not among %q", test.after, word, offered)
			}
		}
	}
	for after, about := range map[string]string{
		"timeou":       "How long the handler may take, such as 30m.",
		"limit: { typ": "The type of the value, or a list of types.",
	} {
		if got := e.hover("features/new.yaml", end(newFeature, after)); !strings.HasPrefix(got, about) {
			t.Errorf("after %q: got %q, want %q", after, got, about)
		}
	}
}

// end is where a piece of a text ends.
func end(text, piece string) position {
	before, _, _ := strings.Cut(text, piece)
	lines := strings.Split(before+piece, "\n")
	last := len(lines) - 1
	return position{last, len(lines[last])}
}

const badFeature = `# yaml-language-server: $schema=../manifest/tasks.schema.json
feature: bad
tasks:
  - name: bad.one # bad: onError: skip needs maxFailures
    description: One.
    handler: bad.one
    effect: reed # bad
    timout: 30m # bad
    timeout: 30 # bad
    onError: skip
    input:
      type: object
      properties:
        limit: { type: integer, minimun: 1 } # bad
        file: { type: strng } # bad
  - { name: bad.two, description: Two., handler: bad.two } # bad: no effect
`

const badModule = `# yaml-language-server: $schema=manifest/beignet.schema.json
name: Bad # bad
features: features/*/tasks.yaml
environment: {} # bad
environments:
  production: { protected: yes } # bad
`

// newFeature is being written: its lines can go on.
const newFeature = "# yaml-language-server: $schema=../manifest/tasks.schema.json\n" +
	"feature: new\ntasks:\n  - name: new.one\n    description: One.\n    \n    effect: \n    timeout: 30m\n" +
	"    input:\n      properties:\n        limit: { type: integer }\n        file:\n          \n"

// editor is yaml-language-server, spoken to as an editor does.
type editor struct {
	t     *testing.T
	in    io.Writer
	out   *textproto.Reader
	calls int
}

func startEditor(t *testing.T) *editor {
	path, err := exec.LookPath("yaml-language-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	server := exec.Command(path, "--stdio")
	in, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	timeout := time.AfterFunc(time.Minute, func() { server.Process.Kill() })
	t.Cleanup(func() {
		timeout.Stop()
		server.Process.Kill()
		server.Wait()
	})
	e := &editor{t: t, in: in, out: textproto.NewReader(bufio.NewReader(out))}
	e.call("initialize", map[string]any{
		"capabilities": map[string]any{"workspace": map[string]any{"configuration": true}},
	}, new(any))
	e.send(map[string]any{"method": "initialized", "params": map[string]any{}})
	return e
}

type message struct {
	ID     *int            `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

func (e *editor) send(m map[string]any) {
	m["jsonrpc"] = "2.0"
	text, err := json.Marshal(m)
	if err != nil {
		e.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(e.in, "Content-Length: %d\r\n\r\n%s", len(text), text); err != nil {
		e.t.Fatal(err)
	}
}

// receive returns the next message, and answers what the server asks on its way.
func (e *editor) receive() message {
	for {
		header, err := e.out.ReadMIMEHeader()
		if err != nil {
			e.t.Fatal(err)
		}
		size, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			e.t.Fatal(err)
		}
		text := make([]byte, size)
		if _, err := io.ReadFull(e.out.R, text); err != nil {
			e.t.Fatal(err)
		}
		var m message
		if err := json.Unmarshal(text, &m); err != nil {
			e.t.Fatal(err)
		}
		if m.Method != "" && m.ID != nil {
			e.send(map[string]any{"id": *m.ID, "result": e.answer(m)})
			continue
		}
		return m
	}
}

// answer turns off the store of schemas on the net: none is needed.
func (e *editor) answer(m message) any {
	if m.Method != "workspace/configuration" {
		return nil
	}
	return []any{map[string]any{"schemaStore": map[string]any{"enable": false}, "validate": true, "hover": true, "completion": true}, nil, nil, nil}
}

func (e *editor) call(method string, params, result any) {
	e.calls++
	e.send(map[string]any{"id": e.calls, "method": method, "params": params})
	for {
		m := e.receive()
		if m.ID == nil || *m.ID != e.calls {
			continue
		}
		if m.Error != nil {
			e.t.Fatalf("%s: %s", method, m.Error)
		}
		if err := json.Unmarshal(m.Result, result); err != nil {
			e.t.Fatal(err)
		}
		return
	}
}

func (e *editor) uri(file string) string {
	path, err := filepath.Abs(file)
	if err != nil {
		e.t.Fatal(err)
	}
	return "file://" + filepath.ToSlash(path)
}

// open opens a file, which need not exist, and returns what is found wrong, as
// LINE:COLUMN MESSAGE.
func (e *editor) open(file, text string) []string {
	uri := e.uri(file)
	e.send(map[string]any{"method": "textDocument/didOpen", "params": map[string]any{
		"textDocument": map[string]any{"uri": uri, "languageId": "yaml", "version": 1, "text": text},
	}})
	for {
		m := e.receive()
		var p struct {
			URI         string
			Diagnostics []found
		}
		if m.Method != "textDocument/publishDiagnostics" {
			continue
		}
		if err := json.Unmarshal(m.Params, &p); err != nil {
			e.t.Fatal(err)
		}
		if p.URI != uri {
			continue
		}
		slices.SortFunc(p.Diagnostics, func(a, b found) int {
			x, y := a.Range.Start, b.Range.Start
			return cmp.Or(x.Line-y.Line, x.Character-y.Character, strings.Compare(a.Message, b.Message))
		})
		var lines []string
		for _, d := range p.Diagnostics {
			lines = append(lines, fmt.Sprintf("%d:%d %s", d.Range.Start.Line+1, d.Range.Start.Character+1, d.Message))
		}
		return lines
	}
}

// complete returns what an open file can go on with.
func (e *editor) complete(file string, at position) []string {
	var list struct{ Items []struct{ Label string } }
	e.call("textDocument/completion", e.place(file, at), &list)
	var labels []string
	for _, item := range list.Items {
		labels = append(labels, item.Label)
	}
	return labels
}

// hover returns what is said of a word of an open file.
func (e *editor) hover(file string, at position) string {
	var hover struct{ Contents struct{ Value string } }
	e.call("textDocument/hover", e.place(file, at), &hover)
	return hover.Contents.Value
}

func (e *editor) place(file string, at position) any {
	return map[string]any{"textDocument": map[string]any{"uri": e.uri(file)}, "position": at}
}

type found struct {
	Range   struct{ Start position }
	Message string
}

type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}
