//go:build unix

package sqlite_test

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// A holder that stands still is no dead one: no clock takes its lock away.
func TestStoppedHolderKeepsItsLock(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	s := openState(t, folder)
	c := startContender(t, folder)
	c.say(t, "lock")
	if said := c.hear(t); !strings.HasPrefix(said, "won ") {
		t.Fatal(said)
	}
	if err := c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer c.cmd.Process.Kill()
	for range 5 {
		var locked *ports.LockedError
		if _, err := s.Lock(t.Context(), ports.Holder{}, []string{"k"}); !errors.As(err, &locked) || locked.Lock.PID != c.cmd.Process.Pid {
			t.Errorf("Lock: %v, want a LockedError by process %d", err, c.cmd.Process.Pid)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := c.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	c.say(t, "release")
	if said := c.hear(t); said != "released <nil>" {
		t.Error(said)
	}
	lock(t, s, "k")
}
