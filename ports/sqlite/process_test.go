package sqlite_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
)

// TestProcess is the other process of the tests below, which run this binary
// again: it does what it is told to in the folder, until it is killed or done.
func TestProcess(t *testing.T) {
	folder := os.Getenv("SQLITE_TEST_FOLDER")
	switch os.Getenv("SQLITE_TEST_PROCESS") {
	case "commit batches":
		commitBatches(t, folder)
	case "append events":
		appendEvents(t, folder, "child")
	case "contend":
		contend(t, folder)
	case "lock and forget":
		lockAndForget(t, folder)
	}
}

// process starts another process, and returns it with its output.
func process(t *testing.T, what, folder string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	return processReading(t, what, folder, nil)
}

// processReading is a process that has standard input; nil: none.
func processReading(t *testing.T, what, folder string, in *os.File) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcess$")
	cmd.Env = append(os.Environ(), "SQLITE_TEST_PROCESS="+what, "SQLITE_TEST_FOLDER="+folder)
	cmd.Stderr = os.Stderr
	if in != nil {
		cmd.Stdin = in
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// commitBatches commits one batch after another and acknowledges each. Between
// row and checkpoint it rests, so that most kills hit an open transaction.
func commitBatches(t *testing.T, folder string) {
	db := openData(t, filepath.Join(folder, "data.db"))
	begin := sqlite.Begin(db, func(q ports.Querier) ports.Querier { return q })
	for n := int64(1); ; n++ {
		q, tx, err := begin(t.Context(), ports.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.ExecContext(t.Context(), `INSERT INTO row VALUES (?1)`, fmt.Sprintf("%06d", n)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
		if err := tx.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: n}, nil, nil); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		fmt.Println(n)
	}
}

// A process that is killed leaves each batch that it acknowledged, perhaps the
// one after, and of every batch the row and the checkpoint or neither.
func TestKilled(t *testing.T) {
	t.Parallel()
	for kill := range 10 {
		folder := t.TempDir()
		cmd, out := process(t, "commit batches", folder)
		for range kill + 1 {
			out.Scan()
		}
		time.Sleep(time.Duration(kill) * 150 * time.Microsecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		acknowledged := int64(kill + 1)
		for out.Scan() {
			if _, err := fmt.Sscan(out.Text(), &acknowledged); err != nil {
				t.Errorf("the process said %q", out.Text())
			}
		}
		_ = cmd.Wait() // it was killed

		db := openData(t, filepath.Join(folder, "data.db"))
		c, err := db.Checkpoint(t.Context(), "r")
		if err != nil {
			t.Fatal(err)
		}
		if c.Batch != acknowledged && c.Batch != acknowledged+1 {
			t.Errorf("the checkpoint is at %d, %d were acknowledged", c.Batch, acknowledged)
		}
		found, err := rows(t, db)
		if err != nil || int64(len(found)) != c.Batch || found[c.Batch-1] != fmt.Sprintf("%06d", c.Batch) {
			t.Errorf("rows %q, %v; want %d", found, err, c.Batch)
		}
	}
}

const appended = 100

func appendEvents(t *testing.T, folder, actor string) {
	s := openState(t, folder)
	for i := range appended {
		if err := s.Append(t.Context(), ports.Event{Action: fmt.Sprint(i), Actor: actor}); err != nil {
			t.Error(err)
		}
	}
}

// Two processes and two states of one process append to one chain.
func TestProcessesShareState(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "new")
	cmd, _ := process(t, "append events", folder)
	done := make(chan struct{})
	go func() { defer close(done); appendEvents(t, folder, "a") }()
	appendEvents(t, folder, "b")
	<-done
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}

	links, err := openState(t, folder).Links(t.Context(), 0, 1000)
	if err != nil || len(links) != 3*appended {
		t.Fatalf("%d links, %v; want %d", len(links), err, 3*appended)
	}
	head := ""
	for _, l := range links {
		if head = ports.AuditKey(nil).Hash(head, l.Body); l.Hash != head {
			t.Fatalf("the chain breaks at %d", l.Seq)
		}
	}
}
