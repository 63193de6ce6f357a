package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

// An export is verified by a script that shares nothing with the program, and finds
// whatever was changed in it.
func TestExportIsVerifiedIndependently(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	if text, err := os.ReadFile("docs/verify-audit.py"); err != nil || bytes.Count(text, []byte("\n")) > 40 {
		t.Errorf("the script has more than 40 lines (%v)", err)
	}
	for _, key := range []string{"", "0123456789abcdef"} {
		w := afterRuns(t, key)
		exit, out, stderr := w.call("audit", "export", "--output", "audit.jsonl")
		if exit != exitDone || !strings.Contains(out, "events written to audit.jsonl") {
			t.Fatalf("export: %d, %s%s", exit, out, stderr)
		}
		text, err := os.ReadFile(filepath.Join(w.dir, "audit.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		if _, out, _ := w.call("audit", "export"); out != string(text) {
			t.Error("standard output differs from a file")
		}
		verify := func(text string, args ...string) (int, string) {
			t.Helper()
			export := filepath.Join(t.TempDir(), "export.jsonl")
			if err := os.WriteFile(export, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if key != "" {
				args = append(args, "--key", w.key)
			}
			cmd := exec.Command(python, append([]string{"docs/verify-audit.py", export}, args...)...)
			says, err := cmd.CombinedOutput()
			var ended *exec.ExitError
			if err != nil && !errors.As(err, &ended) {
				t.Fatal(err)
			}
			return cmd.ProcessState.ExitCode(), string(says)
		}
		lines := strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
		n := len(lines)
		sound := string(text)
		for name, test := range map[string]struct {
			text string
			want int
		}{
			"sound":           {sound, exitDone},
			"a field":         {strings.Replace(sound, `first`, `second`, 1), exitAudit},
			"a seq":           {strings.Replace(sound, `"seq":2`, `"seq":3`, 1), exitAudit},
			"a line missing":  {strings.Join(append(append([]string{}, lines[:2]...), lines[3:]...), ""), exitAudit},
			"two swapped":     {lines[0] + lines[2] + lines[1] + strings.Join(lines[3:], ""), exitAudit},
			"truncated":       {strings.Join(lines[:n-1], ""), exitAudit},
			"half a line":     {sound[:len(sound)-9], exitAudit},
			"no JSON":         {sound + "x\n", exitAudit},
			"another's shape": {`{"seq":1}` + "\n", exitAudit},
			"empty":           {"", exitAudit},
		} {
			if got, says := verify(test.text, "--expect", w.head); got != test.want {
				t.Errorf("key %q, %s: exit code %d, want %d: %s", key, name, got, test.want, says)
			}
		}
		if key != "" {
			for _, from := range []int{0, 3, n - 1} {
				if got, says := verify(hashedAnew(t, lines, from, nil)); got != exitAudit {
					t.Errorf("without its key from line %d on: exit code %d: %s", from, got, says)
				}
			}
			key, err := os.ReadFile(w.key)
			if err != nil {
				t.Fatal(err)
			}
			key = bytes.TrimSpace(key)
			if got, says := verify(hashedAnew(t, lines, 0, key)); got != exitDone {
				t.Errorf("with its key: exit code %d: %s", got, says)
			}
			for _, from := range []int{1, n - 2} {
				forged := strings.SplitAfter(strings.TrimSuffix(hashedAnew(t, lines, from, nil), "\n"), "\n")
				if got, says := verify(hashedAnew(t, forged, from+1, key)); got != exitAudit {
					t.Errorf("one without its key at line %d: exit code %d: %s", from, got, says)
				}
			}
			if got, says := verify(hashedAnew(t, strings.SplitAfter(strings.TrimSuffix(hashedAnew(t, lines, 0, nil), "\n"), "\n"), 2, key)); got != exitDone {
				t.Errorf("a key that came later: exit code %d: %s", got, says)
			}
		}
		if got, says := verify(strings.Join(lines[:n-1], "")); got != exitDone {
			t.Errorf("truncated, nothing expected: exit code %d: %s", got, says)
		}
	}
}

// hashedAnew are the lines of an export with the hashes of a key from one on.
func hashedAnew(t *testing.T, lines []string, from int, key ports.AuditKey) string {
	t.Helper()
	var text strings.Builder
	before := ""
	for i, line := range lines {
		var l struct {
			Seq  int    `json:"seq"`
			Hash string `json:"hash"`
			Body string `json:"body"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if i >= from {
			l.Hash = key.Hash(before, []byte(l.Body))
		}
		before = l.Hash
		again, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(append(again, '\n'))
	}
	return text.String()
}
