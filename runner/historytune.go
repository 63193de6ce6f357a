package runner

import (
	"context"
	"fmt"

	"github.com/beignet-go/beignet/ports"
)

// Tuning is what another process wants of a run's pace.
type Tuning struct {
	Rate      *int64 // items a second at most, 0 being any; nil: as it is
	BatchSize int    // items; 0: as it is
}

// Tune changes the pace of a run that a process is at: that process takes it over
// between batches, within about a second, and the run keeps it when it is resumed. Of
// the request, the target and who asks count; a protected environment has to be named. The id is a full one: see [Runner.Find].
func (r *Runner) Tune(ctx context.Context, id string, req Request, to Tuning) (Standing, error) {
	var after Standing
	if to.BatchSize < 0 || to.Rate != nil && *to.Rate < 0 {
		return after, &Error{Code: CodeUsage, Message: "a batch size and a rate are not below 0", Hint: "leave out what is to stay as it is"}
	}
	if err := r.keeping(ctx, req, named); err != nil {
		return after, err
	}
	err := r.inState(ctx, req.Target, func(state ports.State) error {
		s, err := r.standing(ctx, state, id)
		switch {
		case err != nil:
			return err
		case !s.At():
			return &Error{
				Code: CodeNotResumable, Message: fmt.Sprintf("run %s is %s: nobody is at it", s.ID, s.Status()),
				Hint: "runs resume takes --rate and --batch-size",
			}
		case s.Limits.BatchSize == 0:
			return &Error{Code: CodeUsage, Message: s.Task + " is a one-shot: it has no pace", Hint: r.command("runs cancel " + s.ID)}
		}
		now := r.opts.Now().UTC()
		order := ports.Order{Rate: to.Rate, BatchSize: to.BatchSize, By: req.Actor, At: now}
		event := r.eventBy(req, s.Run, "run.tuned")
		metadata := map[string]any{}
		if to.Rate != nil {
			metadata["rate"] = *to.Rate
		}
		if to.BatchSize > 0 {
			metadata["batchSize"] = to.BatchSize
		}
		event.Metadata = mustMarshal(metadata)
		if err := state.Order(ctx, s.ID, order, event); err != nil {
			return err
		}
		after, err = r.standing(ctx, state, id)
		return err
	})
	return after, r.explainRun(id, err)
}
