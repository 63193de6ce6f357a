package cli

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/beignet-go/beignet/ports"
)

// On a terminal that is too narrow, an ID is as short as it can be given again, and how
// a run stands has its colour.
func TestRunsOnATerminal(t *testing.T) {
	t.Parallel()
	state := onRecord(t, []ports.Run{runRecord(1, "demo.fill", ports.Failed, 1), runRecord(2, "demo.fill", ports.Succeeded, 2)})
	for columns, want := range map[uint16]string{80: runID(1)[:13] + "\x1b[0m  demo.fill  \x1b[31mfailed   \x1b[0m", 200: runID(1) + "\x1b[0m  demo.fill"} {
		p := newPerson(t)
		if err := unix.IoctlSetWinsize(int(p.tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
			t.Fatal(err)
		}
		if got := (demo{args: []string{"runs", "list"}, state: state, out: p.tty}).run(t); got.exit != 0 {
			t.Fatalf("%+v", got)
		}
		fmt.Fprintln(p.tty, "END")
		p.waits("END", "")
		if !strings.Contains(p.all(), want) {
			t.Errorf("in %d columns: %q, want %q", columns, p.all(), want)
		}
	}
}
