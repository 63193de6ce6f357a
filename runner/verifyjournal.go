package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/ports"
)

// JournalsSum is what a look at the runs' own journals has found.
type JournalsSum struct {
	Runs      int   // whose journal is as it was recorded
	Entries   int64 // of those
	Elsewhere int   // runs that were not looked at: their journal is in another database
}

// VerifyJournals is Verify, and then recomputes the chain over the journal of every
// run on record that can have one, in the target's database or in the state. Its
// head must be the checkpoint's, and pass through every head that the audit has of the
// run: at its end, if it has succeeded. Runs that were pruned have no journal.
func (r *Runner) VerifyJournals(ctx context.Context, t Target, expect string) (Verification, error) {
	anchors := &anchors{of: map[string]*anchor{}}
	return r.verify(ctx, t, expect, anchors.note, func(state ports.State, c *chain) (*Fault, error) {
		j := &journals{runner: r, target: t, state: state, chain: c, anchors: anchors}
		defer func() { j.opened.close(ctx) }()
		return j.check(ctx)
	})
}

// anchors is what the audit has of the runs' own chains.
type anchors struct {
	of    map[string]*anchor // by run
	order []string           // the runs as they began
}

// anchor is what the audit has of one run's.
type anchor struct {
	keyed  bool     // the run began when there was a key
	heads  []string // at its outcomes, the latest last; none of an outcome that had none
	last   string   // the head at the latest outcome; "": none
	final  bool     // the latest outcome is that it has succeeded
	pruned bool
}

// note takes in an event.
func (a *anchors) note(l ports.Link) error {
	var e ports.Event
	if err := json.Unmarshal(l.Body, &e); err != nil {
		return explain("audit", fmt.Errorf("event %d: %w: %w", l.Seq, ports.ErrCorrupt, err))
	}
	if e.Entry != 0 { // of a feature, which may call it what it likes
		return nil
	}
	of := a.of[e.Run]
	if e.Action == "task.started" && of == nil {
		of = &anchor{keyed: ports.Keyed(l.Hash)}
		a.of[e.Run] = of
		a.order = append(a.order, e.Run)
	}
	if of == nil {
		return nil
	}
	switch ended, _ := strings.CutPrefix(e.Action, "task."); {
	case e.Action == "run.pruned":
		of.pruned = true
	case slices.Contains(outcomes(), ports.Status(ended)):
		var metadata struct{ Head string }
		_ = json.Unmarshal(e.Metadata, &metadata) // an outcome without a head has none
		of.last, of.final = metadata.Head, ports.Status(ended) == ports.Succeeded
		if of.last != "" {
			of.heads = append(of.heads, of.last)
		}
	}
	return nil
}

func outcomes() []ports.Status {
	return []ports.Status{ports.Succeeded, ports.Failed, ports.Cancelled, ports.TimedOut, ports.Stopped}
}

// journals goes over the journals of runs.
type journals struct {
	runner  *Runner
	target  Target
	state   ports.State
	chain   *chain
	anchors *anchors
	opened  *reading // the app over the target's database; nil: it was not needed yet
	absent  bool     // there is no such database
	sum     JournalsSum
}

func (j *journals) check(ctx context.Context) (*Fault, error) {
	j.chain.v.Journals = &j.sum
	for i := 0; i < len(j.anchors.order); i++ {
		fault, err := j.checkRun(ctx, j.anchors.order[i])
		if fault != nil || err != nil {
			return fault, err
		}
	}
	return nil, nil
}

// checkRun looks at one run, and again if its record has moved on meanwhile.
func (j *journals) checkRun(ctx context.Context, id string) (*Fault, error) {
	var before ports.Mark
	for {
		run, err := j.state.Run(ctx, id)
		if errors.Is(err, ports.ErrNotFound) {
			return j.gone(ctx, id)
		}
		if err != nil {
			return nil, explain("run "+id, err)
		}
		from, err := j.journalOf(ctx, run)
		if from == nil || err != nil {
			return nil, err
		}
		entries, why, err := recompute(ctx, from, run, *j.anchors.of[id], j.target.AuditKey)
		switch {
		case err != nil:
			return nil, explain("journal of run "+id, err)
		case why == "":
			j.sum.Runs++
			j.sum.Entries += entries
			return nil, nil
		case run.Mark() == before:
			return faultOf(id, "the journal of run "+id+" is not what was recorded: "+why), nil
		}
		before = run.Mark() // what is wrong may be that it went on
		if err := j.chain.read(ctx, j.state); err != nil || j.chain.fault != nil {
			return j.chain.fault, err
		}
	}
}

// gone finds whether a run without a record was pruned, which may be since the audit
// was read.
func (j *journals) gone(ctx context.Context, id string) (*Fault, error) {
	if err := j.chain.read(ctx, j.state); err != nil || j.chain.fault != nil {
		return j.chain.fault, err
	}
	if j.anchors.of[id].pruned {
		return nil, nil
	}
	return faultOf(id, "run "+id+" is not on record any more, and was not pruned"), nil
}

func faultOf(run, message string) *Fault {
	f := faultAt(0, message)
	f.Run = run
	return f
}

// journalOf is where a run's journal is; nil where it has none, or has it elsewhere.
func (j *journals) journalOf(ctx context.Context, run ports.Run) (ports.Checkpoints, error) {
	switch {
	case run.DryRun || run.Delivery == ports.BestEffort:
		return nil, nil
	case run.Delivery == ports.AtLeastOnce:
		return j.state, nil
	case run.Database != j.target.database():
		j.sum.Elsewhere++
		return nil, nil
	}
	if j.opened == nil && !j.absent {
		if err := j.open(ctx, run); err != nil {
			return nil, err
		}
	}
	switch {
	case !j.absent:
		from, err := j.opened.checkpoints()
		return from, explain("journals", err)
	case run.Committed():
		return nil, explain("journals", &ports.VanishedError{What: "database", Path: j.target.Name(j.target.Database), Evidence: "run " + run.ID + " has written to it"})
	}
	return nil, nil
}

// open opens the app over the target's database. One that is not there is absent.
func (j *journals) open(ctx context.Context, run ports.Run) error {
	opened, err := j.runner.openToRead(ctx, Request{Target: j.target}, run)
	if errors.Is(err, ports.ErrNotFound) {
		j.absent = true
		return nil
	}
	j.opened = opened
	return explain("journals", err)
}

// recompute computes the chain over a run's journal, and says why it is not what the
// checkpoint and the audit have of it; "" where it is. The checkpoint is read first: a
// run that is at work writes on.
func recompute(ctx context.Context, from ports.Checkpoints, run ports.Run, of anchor, key ports.AuditKey) (entries int64, why string, err error) {
	at, err := positionOf(ctx, from, run.ID)
	if err != nil {
		return 0, "", err
	}
	if of.keyed && at.Head != "" && !ports.Keyed(at.Head) {
		return 0, "it was made without the key that the run began with", nil
	}
	if key, err = at.chainKey(key); err != nil {
		return 0, "", err
	}
	s := &sum{key: key, due: map[string]bool{}}
	for _, h := range of.heads {
		s.due[h] = true
	}
	for {
		page, err := from.Journal(ctx, run.ID, "", s.seq, auditPage)
		if err != nil {
			return 0, "", err
		}
		if run.Status == ports.Running { // what is above came later
			page = page[:max(0, min(int64(len(page)), at.Seq-s.seq))]
		}
		for _, e := range page {
			if e.Seq != s.seq+1 {
				return 0, fmt.Sprintf("entry %d is missing", s.seq+1), nil
			}
			s.add(e)
		}
		if len(page) < auditPage {
			return s.seq, s.disagrees(at, of.final && run.Status == ports.Succeeded, of.last), nil
		}
	}
}

// positionOf is where a run stands by its checkpoint; zero where it has none.
func positionOf(ctx context.Context, from ports.Checkpoints, run string) (position, error) {
	saved, err := from.Checkpoint(ctx, run)
	if errors.Is(err, ports.ErrNotFound) {
		return position{}, nil
	}
	if err != nil {
		return position{}, err
	}
	return load(saved)
}

// sum is the chain over a journal, as far as it is computed.
type sum struct {
	key  ports.AuditKey
	seq  int64
	head string
	due  map[string]bool // the heads that it must come by and has not yet
}

func (s *sum) add(e ports.Entry) {
	s.seq, s.head = e.Seq, s.key.Hash(s.head, chained(e.Kind, e.Body))
	delete(s.due, s.head)
}

// disagrees says how a whole journal differs from its checkpoint, or from what the
// audit has of it; "" where it does not. The head of a run that has succeeded is last.
func (s *sum) disagrees(at position, succeeded bool, last string) string {
	switch {
	case s.seq != at.Seq:
		return fmt.Sprintf("it has %d entries, and its checkpoint has %d", s.seq, at.Seq)
	case s.head != at.Head:
		return "its hash is not its checkpoint's"
	case len(s.due) > 0:
		return "its hash was never the one that the audit has of it"
	case succeeded && s.head != last:
		return "its hash is not the one that the audit has of its end"
	}
	return ""
}
