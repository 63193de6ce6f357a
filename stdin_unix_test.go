//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// halfRead is an import that has read half of its standard input, whose other half
// does not come.
func (i importing) halfRead(args ...string) *process {
	i.t.Helper()
	in, half, err := os.Pipe()
	if err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() { half.Close() })
	p := i.beginFrom(in, append([]string{"task", "run", "issues.import", "--file", "-", "--no-dry-run"}, args...)...)
	in.Close()
	if _, err := half.WriteString("number,title\n1,Cra"); err != nil {
		i.t.Fatal(err)
	}
	for range 2500 {
		if parts := i.kept(); len(parts) == 1 && parts[0].Size() > 0 {
			return p
		}
		time.Sleep(2 * time.Millisecond)
	}
	i.t.Fatalf("nothing is copied; it said %s", p.said())
	return nil
}

// kept is what the state has of standard input.
func (i importing) kept() []os.FileInfo {
	i.t.Helper()
	entries, err := os.ReadDir(filepath.Join(i.folder, "state", "stdin"))
	if err != nil && !os.IsNotExist(err) {
		i.t.Fatal(err)
	}
	var kept []os.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			kept = append(kept, info)
		}
	}
	return kept
}

// Whatever is to end a run ends it also while it waits for standard input. What it had
// of it is gone, so that no way leads on, and none is shown.
func TestARunEndsWhileItWaitsForStandardInput(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, status string
		exit         int
		end          func(i importing, p *process)
		args         []string
	}{
		{"SIGTERM", "stopped", 143, func(_ importing, p *process) { _ = p.Process.Signal(syscall.SIGTERM) }, nil},
		{"SIGINT", "stopped", 130, func(_ importing, p *process) { _ = p.Process.Signal(syscall.SIGINT) }, nil},
		{"runs cancel", "cancelled", 4, func(i importing, _ *process) { i.run("runs", "cancel", "last") }, nil},
		{"--timeout", "timed-out", 124, func(importing, *process) {}, []string{"--timeout", "500ms"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			i := newImporting(t, 0)
			p := i.halfRead(append(test.args, "--json")...)
			test.end(i, p)
			late := time.AfterFunc(8*time.Second, func() { _ = p.Process.Kill() })
			exit := i.ends(p)
			if out := p.out.String(); !late.Stop() || exit != test.exit || !strings.Contains(out, fmt.Sprintf(`"status":%q,"exit":%d,`, test.status, test.exit)) || strings.Contains(out, "runs resume") {
				t.Fatalf("%d %s%s", exit, out, p.said())
			}
			if kept := i.kept(); len(kept) != 0 {
				t.Errorf("%s is left", kept[0].Name())
			}
			if _, out, _ := i.run("runs", "show", "last"); strings.Contains(out, "runs resume") {
				t.Errorf("shown: %s", out)
			}
			i.cannotGoOn()
		})
	}
}

func (i importing) cannotGoOn() {
	i.t.Helper()
	exit, _, errs := i.run("runs", "resume", "last")
	if exit != 78 || !strings.Contains(errs, "standard input was not read to its end when the run began") || !strings.HasSuffix(errs, "hint: start a new run\n") {
		i.t.Errorf("resumed: %d %s", exit, errs)
	}
	if kept := i.kept(); len(kept) != 0 {
		i.t.Errorf("%s is left", kept[0].Name())
	}
}

// Without --json the end says what to do.
func TestAStopWithHalfAStandardInput(t *testing.T) {
	t.Parallel()
	i := newImporting(t, 0)
	p := i.halfRead()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	i.ends(p)
	if want := "stopped by SIGTERM\nhint: start a new run: standard input was not read to its end\n"; !strings.HasSuffix(p.said(), want) {
		t.Errorf("it said %s, want %s", p.said(), want)
	}
}

// What a killed copy leaves is found under the run's name, and goes with the next
// attempt or with the run.
func TestAKilledCopyOfStandardInput(t *testing.T) {
	t.Parallel()
	killed := func(t *testing.T) importing {
		i := newImporting(t, 0)
		p := i.halfRead()
		_ = p.Process.Kill()
		i.ends(p)
		kept := i.kept()
		if len(kept) != 1 || kept[0].Name() != onlyRun(t, i.folder).ID+".part" || kept[0].Mode() != 0o600 {
			t.Fatalf("left: %v", kept)
		}
		return i
	}
	t.Run("resumed", func(t *testing.T) {
		t.Parallel()
		killed(t).cannotGoOn()
	})
	t.Run("pruned", func(t *testing.T) {
		t.Parallel()
		i := killed(t)
		i.run("runs", "cancel", "last")
		time.Sleep(1100 * time.Millisecond)
		if exit, out, errs := i.run("runs", "prune", "--older-than", "1s"); exit != 0 || out != "removed 1 run\n" || len(i.kept()) != 0 {
			t.Errorf("pruned: %d %s%s, left %d", exit, out, errs, len(i.kept()))
		}
	})
}
