package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// contend takes the lock when it is told to, says how that went, and frees it when
// told so: a line in and a line out each.
func contend(t *testing.T, folder string) {
	s := openState(t, folder)
	var mine ports.Held
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var locked *ports.LockedError
		var err error
		if in.Text() == "release" {
			if mine != nil {
				err = mine.Release()
			}
			mine = nil
			fmt.Println("released", err)
			continue
		}
		mine, err = s.Lock(t.Context(), ports.Holder{Run: "child"}, []string{"k"})
		switch {
		case errors.As(err, &locked):
			mine = nil
			fmt.Println("lost", locked.Lock.PID, locked.Lock.Token)
		case err != nil:
			fmt.Println("failed", err)
		default:
			fmt.Println("won", os.Getpid(), mine.Fences()[0].Token)
		}
	}
}

// contender is another process that contends for the lock.
type contender struct {
	cmd *exec.Cmd
	in  *bufio.Writer
	out *bufio.Scanner
}

func startContender(t *testing.T, folder string) contender {
	t.Helper()
	in, stdin, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd, out := processReading(t, "contend", folder, in)
	in.Close()
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Wait() // it may have been killed
	})
	return contender{cmd, bufio.NewWriter(stdin), out}
}

func (c contender) say(t *testing.T, word string) {
	t.Helper()
	fmt.Fprintln(c.in, word)
	if err := c.in.Flush(); err != nil {
		t.Fatal(err)
	}
}

func (c contender) hear(t *testing.T) string {
	t.Helper()
	if !c.out.Scan() {
		t.Fatal("the process has ended")
	}
	return c.out.Text()
}

// Of many processes that want one lock at once one gets it, the others are told who,
// and the token grows with every round.
func TestOneWinnerARound(t *testing.T) {
	t.Parallel()
	const processes, rounds = 8, 100
	folder := filepath.Join(t.TempDir(), "state")
	openState(t, folder)
	var all []contender
	for range processes {
		all = append(all, startContender(t, folder))
	}
	last := int64(0)
	for round := range rounds {
		for _, c := range all {
			c.say(t, "lock")
		}
		winners, blamed := 0, map[string]bool{}
		var winner string
		for _, c := range all {
			word, by, _ := strings.Cut(c.hear(t), " ")
			switch word {
			case "won":
				winners, winner = winners+1, by
			case "lost":
				blamed[by] = true
			default:
				t.Fatalf("round %d: %s %s", round, word, by)
			}
		}
		if winners != 1 || len(blamed) != 1 || !blamed[winner] {
			t.Fatalf("round %d: %d winners; the last is %s, the losers name %v", round, winners, winner, blamed)
		}
		var pid, token int64
		if _, err := fmt.Sscan(winner, &pid, &token); err != nil || token <= last {
			t.Fatalf("round %d: %s after token %d, %v", round, winner, last, err)
		}
		last = token
		for _, c := range all {
			c.say(t, "release")
		}
		for _, c := range all {
			if said := c.hear(t); said != "released <nil>" {
				t.Fatalf("round %d: %s", round, said)
			}
		}
	}
}

// A lock is its holder's until that is dead, and then nobody's at once.
func TestDeathFreesLocks(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	s := openState(t, folder)
	token := int64(0)
	for range 10 {
		c := startContender(t, folder)
		c.say(t, "lock")
		if said := c.hear(t); !strings.HasPrefix(said, "won ") {
			t.Fatal(said)
		}
		var locked *ports.LockedError
		if _, err := s.Lock(t.Context(), ports.Holder{}, []string{"k"}); !errors.As(err, &locked) || locked.Lock.PID != c.cmd.Process.Pid {
			t.Fatalf("Lock: %v, want a LockedError by process %d", err, c.cmd.Process.Pid)
		}
		held, err := s.Held(t.Context())
		if err != nil || len(held) != 1 || held[0] != locked.Lock || held[0].Key != "k" || held[0].Run != "child" {
			t.Errorf("held are %+v, %v; want %+v", held, err, locked.Lock)
		}
		if err := c.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.cmd.Wait() // it was killed
		if held, err := s.Held(t.Context()); err != nil || len(held) != 0 {
			t.Errorf("after its death held are %+v, %v", held, err)
		}
		h := lock(t, s, "k")
		if next := h.Fences()[0].Token; next <= locked.Lock.Token || locked.Lock.Token <= token {
			t.Errorf("tokens %d, %d, %d", token, locked.Lock.Token, next)
		} else {
			token = next
		}
		if err := h.Release(); err != nil {
			t.Fatal(err)
		}
	}
}

// A process that dies at any instant leaves nothing that another stumbles over.
func TestKilledWhileLocking(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	s := openState(t, folder)
	var last int64
	for kill := range 20 {
		cmd, out := process(t, "lock and forget", folder)
		out.Scan()
		time.Sleep(time.Duration(kill) * 130 * time.Microsecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for out.Scan() {
			if _, err := fmt.Sscan(out.Text(), &last); err != nil {
				t.Errorf("the process said %q", out.Text())
			}
		}
		_ = cmd.Wait() // it was killed
		h := lock(t, s, "k", "run:r")
		if token := h.Fences()[0].Token; token <= last {
			t.Errorf("token %d after %d", token, last)
		}
		if err := h.Release("run:r"); err != nil {
			t.Error(err)
		}
		left, err := filepath.Glob(filepath.Join(folder, "locks", "*"))
		if err != nil || len(left) != 3 {
			t.Errorf("what is left is %v, %v; want gate and the two files of k", left, err)
		}
	}
}

// lockAndForget takes and frees two keys over and over, and says the token of one
// before it frees it.
func lockAndForget(t *testing.T, folder string) {
	s := openState(t, folder)
	for {
		h, err := s.Lock(context.Background(), ports.Holder{Run: "child"}, []string{"k", "run:r"})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(h.Fences()[0].Token)
		if err := h.Release("run:r"); err != nil {
			t.Fatal(err)
		}
	}
}
