package portstest

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// Opened is a state of an adapter whose audit has no key yet, and a way to see what
// it has made durable: Reopen closes State and opens the same again, with a key or
// with none.
type Opened struct {
	State  ports.State
	Reopen func(ports.AuditKey) ports.State
}

// State runs the suite of ports.State, and [Tx] on its transactions. Each call
// of open returns an empty state that lasts for its test.
func State(t *testing.T, open func(*testing.T) Opened) {
	for name, test := range map[string]func(*testing.T, ports.State){
		"Start":             testStart,
		"StartTwice":        testStartTwice,
		"Update":            testUpdate,
		"UpdateRace":        testUpdateRace,
		"Unencodable":       testUnencodable,
		"List":              testList,
		"ListOrder":         testListOrder,
		"Append":            testAppend,
		"AppendAgain":       testAppendAgain,
		"AppendConcurrency": testAppendConcurrency,
		"Links":             testLinks,
		"Head":              testHead,
		"Filters":           testFilters,
		"Used":              testUsed,
		"UsedFirst":         testUsedFirst,
		"Order":             testOrder,
		"OrderOver":         testOrderOver,
		"OrderStays":        testOrderStays,
		"OrderMeanwhile":    testOrderMeanwhile,
		"Delete":            testDelete,
		"Lock":              testLock,
		"LockAll":           testLockAll,
		"Release":           testRelease,
		"ReleaseForget":     testReleaseForget,
		"LockRace":          testLockRace,
		"Break":             testBreak,
		"Surpass":           testSurpass,
		"EndedContext":      testEndedContext,
		"ClaimRace":         testClaimRace,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t).State)
		})
	}
	t.Run("Reopen", func(t *testing.T) { t.Parallel(); testReopen(t, open(t)) })
	t.Run("Environment", func(t *testing.T) { t.Parallel(); testEnvironment(t, open(t)) })
	t.Run("Key", func(t *testing.T) { t.Parallel(); testKey(t, open(t)) })
	t.Run("Tx", func(t *testing.T) {
		Tx(t, func(t *testing.T) Database { return database(open(t).State) })
	})
}

func database(s ports.State) Database {
	return Database{
		Begin: func(ctx context.Context, _ ports.TxOptions) (func(string) error, ports.Tx, error) {
			tx, err := s.Begin(ctx)
			return nil, tx, err
		},
		Checkpoints: s,
	}
}

func testReopen(t *testing.T, o Opened) {
	want := run("r", time.Minute)
	if err := o.State.Start(t.Context(), want, started("r")); err != nil {
		t.Fatal(err)
	}
	database(o.State).mustCommit(t, batch{raise: fence("k", 3), save: point(1), entries: []ports.Entry{entry(1, `1`)}})
	head := wantChain(t, o.State, 1)

	s := o.Reopen(nil)
	wantRun(t, s, want)
	if again := wantChain(t, s, 1); again != head {
		t.Errorf("the head is %s, was %s", again, head)
	}
	saved := point(1)
	database(s).wantContent(t, content{&saved, []ports.Entry{entry(1, `1`)}, nil})
	err := database(s).commit(t.Context(), batch{raise: fence("k", 2), save: point(2)})
	if !errors.Is(err, ports.ErrStale) {
		t.Errorf("a fence below the one before: %v, want ErrStale", err)
	}
}

func testEndedContext(t *testing.T, s ports.State) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, errRun := s.Run(ctx, "r")
	_, errList := s.List(ctx, ports.RunFilter{})
	_, errLinks := s.Links(ctx, 0, 1)
	_, errCheckpoint := s.Checkpoint(ctx, "r")
	_, errJournal := s.Journal(ctx, "r", "", 0, 1)
	_, errBegin := s.Begin(ctx)
	_, errHead := s.Head(ctx)
	_, errOrdered := s.Ordered(ctx, "r")
	_, errLock := s.Lock(ctx, holder("r"), []string{"k"})
	_, errHeld := s.Held(ctx)
	none := mustLock(t, s, "idle")
	_, errUsed := s.Used(ctx, "data.db")
	for name, err := range map[string]error{
		"Start":      s.Start(ctx, run("r", 0), started("r")),
		"Update":     s.Update(ctx, run("r", 0), ports.Mark{}),
		"Append":     s.Append(ctx, started("r")),
		"Run":        errRun,
		"List":       errList,
		"Links":      errLinks,
		"Checkpoint": errCheckpoint,
		"Journal":    errJournal,
		"Begin":      errBegin,
		"Head":       errHead,
		"Ordered":    errOrdered,
		"Order":      s.Order(ctx, "r", cancelled("ann")),
		"Delete":     s.Delete(ctx, "r"),
		"Forget":     s.Forget(ctx, "r"),
		"Lock":       errLock,
		"Held":       errHeld,
		"Break":      s.Break(ctx, "k", 1, started("r")),
		"Used":       errUsed,
		"Surpass":    none.Surpass(ctx, nil),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", name, err)
		}
	}
	wantChain(t, s, 0)
	wantHeld(t, s)
}

// run returns a record with every field set but its order, started some time after a fixed
// instant.
func run(id string, after time.Duration) ports.Run {
	total := int64(9007199254740993)
	begun := time.Date(2026, 11, 24, 15, 0, 0, 123456789, time.FixedZone("", 3600)).Add(after)
	ended := begun.Add(time.Second)
	return ports.Run{
		ID: id, Task: "issues.import", Environment: "local", Actor: "ann", Client: "beignet-cli", Tenant: "acme", Reason: "TICKET-1 <&> 崩溃", Folder: "/srv/tickets", Trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		Database: "data <&>.db", Supersedes: "s", Parent: "p", Root: "o", Log: []string{"INFO <&> 崩溃", ""},
		Version: "1.2.3", Delivery: ports.ExactlyOnce, TaskHash: "t", InputHash: "i", DryRun: true,
		Input:  json.RawMessage(`{"query":"<a href=\"x\">&` + "\u2028" + `","n":9007199254740993}`),
		Limits: ports.Limits{BatchSize: 1000, Items: 5, Skip: true, MaxFailures: 7, MaxShare: 0.25, Timeout: time.Minute, PreviewAll: true, Rate: 50},
		Status: ports.Running, Attempt: 1, Started: begun, Ended: &ended,
		Progress: ports.Progress{Batches: 2, Processed: 2000, Failed: 3, Changed: 4, Total: &total, Waiting: "probe <&>"},
		Waits:    []ports.Wait{{Why: "rate", Duration: 1500 * time.Millisecond}},
		Preview: &ports.Preview{Batches: 20, Complete: true, Total: &total, Size: 1000, Samples: []ports.Change{
			{Key: "1", Before: json.RawMessage(`null`), After: json.RawMessage(`{"a":"<"}`)},
		}, Files: []ports.Written{{Name: "out.csv", Size: 3}}},
		Inputs:  []ports.InputFile{{Name: "issues.csv", Size: 12, SHA256: "00ff"}},
		Stages:  []ports.Stage{{Name: "manifest", Duration: 1900 * time.Microsecond}},
		Output:  json.RawMessage(`{"indexed":2,"html":"<&>"}`),
		Failure: &ports.Failure{Code: "input-refused", Message: "row 4", Hint: "mend it"},
	}
}

func started(id string) ports.Event {
	return ports.Event{
		Time: time.Date(2026, 11, 24, 15, 0, 0, 1, time.UTC), Action: "task.started", Run: id, Task: "issues.import", Environment: "local",
		Actor: "ann", Client: "beignet-cli", Tenant: "acme", Reason: "<&>", Resource: "issue:1", Metadata: json.RawMessage(`{"n":9007199254740993,"s":"崩溃"}`),
	}
}
