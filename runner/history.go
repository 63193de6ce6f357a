package runner

import (
	"context"
	"errors"

	"github.com/beignet-go/beignet/ports"
)

// Interrupted is how a run stands that is running on record while nobody is at it:
// its process died. No record says so.
const Interrupted ports.Status = "interrupted"

// Standing is a run and how it stands now.
type Standing struct {
	ports.Run
	Interrupted bool // running on record, and its lock run:ID is free
	Resumable   bool // [Runner.Resume] can take it on; whether it may, the gate says
}

// Status is [Interrupted], or the record's.
func (s Standing) Status() string {
	if s.Interrupted {
		return string(Interrupted)
	}
	return string(s.Run.Status)
}

// At reports whether a process is at the run.
func (s Standing) At() bool { return s.Run.Status == ports.Running && !s.Interrupted }

// Refused reports whether a run has failed for what it was given: its input, or a file.
// It goes on with nothing else, and as it is it meets the same again.
func Refused(run ports.Run) bool {
	f := run.Failure
	return f != nil && (f.Code == string(CodeInput) || f.Code == string(CodeData) && len(run.Inputs) > 0)
}

// Standing says how a run stands that has just come to its end in this process: one that
// is running on record has nobody at it any more. Its zero value stands for none.
func (r *Runner) Standing(run ports.Run) Standing {
	s := Standing{Run: run, Interrupted: run.Status == ports.Running}
	s.Resumable = r.resumes(s)
	return s
}

// History returns the runs on record that a filter selects, without their logs, the
// latest put on record first. Its Status may be [Interrupted], and Running selects those that
// somebody is at. Where there is no state there are no runs, and none is made.
func (r *Runner) History(ctx context.Context, t Target, filter ports.RunFilter) ([]Standing, error) {
	var found []Standing
	err := r.inState(ctx, t, func(state ports.State) (err error) {
		found, err = r.history(ctx, state, filter)
		return err
	})
	if errors.Is(err, ports.ErrNotFound) {
		return nil, nil
	}
	return found, explain("runs", err)
}

func (r *Runner) history(ctx context.Context, state ports.State, filter ports.RunFilter) ([]Standing, error) {
	wanted, most := filter.Status, filter.Limit
	derived := wanted == Interrupted || wanted == ports.Running
	if derived {
		filter.Status, filter.Limit = ports.Running, 0
	}
	runs, err := state.List(ctx, filter)
	if err != nil {
		return nil, err
	}
	found, err := r.standings(ctx, state, runs)
	if err != nil || !derived {
		return found, err
	}
	selected := found[:0]
	for _, s := range found {
		if s.Status() == string(wanted) && (most == 0 || len(selected) < most) {
			selected = append(selected, s)
		}
	}
	return selected, nil
}

// standings says how runs stand whose records have just been read. A run that is running
// there and whose lock is free may have ended between the two looks: it is
// interrupted only if its record stands where it stood when it is read again.
func (r *Runner) standings(ctx context.Context, state ports.State, runs []ports.Run) ([]Standing, error) {
	all := make([]Standing, 0, len(runs))
	var held map[string]bool
	for _, run := range runs {
		s := Standing{Run: run}
		if run.Status == ports.Running && held == nil {
			var err error
			if held, err = heldKeys(ctx, state, runs); err != nil {
				return nil, err
			}
		}
		if run.Status == ports.Running && !held[runLock+run.ID] {
			again, err := state.Run(ctx, run.ID)
			switch {
			case errors.Is(err, ports.ErrNotFound):
				continue
			case err != nil:
				return nil, err
			case again.Mark() != run.Mark():
				moved, err := r.standings(ctx, state, []ports.Run{again})
				if err != nil {
					return nil, err
				}
				all = append(all, moved...)
				continue
			}
			s.Interrupted = true
		}
		s.Resumable = r.resumes(s)
		all = append(all, s)
	}
	return all, nil
}

// heldKeys are the keys that are held, of those runs too whose lock says nothing.
func heldKeys(ctx context.Context, state ports.State, runs []ports.Run) (map[string]bool, error) {
	var known []string
	for _, run := range runs {
		if run.Status == ports.Running {
			known = append(known, runLock+run.ID)
		}
	}
	locks, err := state.Held(ctx, known...)
	if err != nil {
		return nil, err
	}
	held := make(map[string]bool, len(locks))
	for _, l := range locks {
		held[l.Key] = true
	}
	return held, nil
}

// resumes reports whether a run can go on: it ended before its end, or its process
// did, its task is one of this manifest and has batches, and what it was to read of
// standard input is kept. A one-shot in a transaction
// that was interrupted is settled by what it has committed.
func (r *Runner) resumes(s Standing) bool {
	if s.DryRun || s.At() || s.Run.Status == ports.Succeeded {
		return false
	}
	t, known := r.manifest.Task(s.Task)
	if !known {
		return false
	}
	h := r.handlers.byID[t.Handler]
	if h == nil || h.batches == nil {
		return h != nil && h.tx && s.Interrupted
	}
	if s.Interrupted { // its record may lag what it has read
		return true
	}
	proved, err := r.prove(t)
	return err != nil || !proved.inputLost(s.Input, s.Inputs)
}

// inState opens a target's state for as long as fn works on it. ErrNotFound: there is
// none.
func (r *Runner) inState(ctx context.Context, t Target, fn func(ports.State) error) error {
	state, err := r.openState(ctx, t, toLook)
	if err != nil {
		return err
	}
	defer r.closeState(state)
	return fn(state)
}
