package runner

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/beignet-go/beignet/ports"
)

// lastRun is what the run that was put on record last is called.
const lastRun = "last"

// maxNamed is how many runs an error names of those that could be meant.
const maxNamed = 5

// Find returns a run by its ID, by a beginning of it that no other run's ID has, or as
// "last". The error of any other is a CodeUnknownRun, which names what it could be.
func (r *Runner) Find(ctx context.Context, t Target, id string) (Standing, error) {
	var found Standing
	err := r.inState(ctx, t, func(state ports.State) (err error) {
		found, err = r.findRun(ctx, state, id)
		return err
	})
	return found, r.explainRun(id, err)
}

// explainRun is explain for what was asked of one run, where ErrNotFound means that
// there is none.
func (r *Runner) explainRun(id string, err error) error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	if errors.Is(err, ports.ErrNotFound) {
		return r.unknownRun("no run "+id, err)
	}
	return explain("run "+id, err)
}

func (r *Runner) findRun(ctx context.Context, state ports.State, id string) (Standing, error) {
	full, err := r.fullID(ctx, state, id)
	if err != nil {
		return Standing{}, err
	}
	return r.standing(ctx, state, full)
}

// standing returns a run by its ID. ErrNotFound: there is none.
func (r *Runner) standing(ctx context.Context, state ports.State, id string) (Standing, error) {
	run, err := state.Run(ctx, id)
	if err != nil {
		return Standing{}, err
	}
	all, err := r.standings(ctx, state, []ports.Run{run})
	if err != nil {
		return Standing{}, err
	}
	if len(all) == 0 {
		return Standing{}, fmt.Errorf("run %s: %w", id, ports.ErrNotFound) // it has just been pruned
	}
	return all[0], nil
}

// fullID is the ID that a person's words mean.
func (r *Runner) fullID(ctx context.Context, state ports.State, id string) (string, error) {
	filter := ports.RunFilter{Prefix: strings.ToLower(id), Limit: maxNamed + 1}
	if id == lastRun {
		filter = ports.RunFilter{Limit: 1}
	}
	if id == "" {
		return "", r.unknownRun("which run?", ports.ErrNotFound)
	}
	if run, err := state.Run(ctx, id); err == nil {
		return run.ID, nil
	} else if !errors.Is(err, ports.ErrNotFound) {
		return "", err
	}
	runs, err := state.List(ctx, filter)
	switch {
	case err != nil:
		return "", err
	case len(runs) == 1:
		return runs[0].ID, nil
	case len(runs) == 0 && id == lastRun:
		return "", r.unknownRun("no run is on record", ports.ErrNotFound)
	case len(runs) == 0:
		return "", r.unknownRun("no run "+id, ports.ErrNotFound)
	}
	var named []string
	for _, run := range runs[:min(len(runs), maxNamed)] {
		named = append(named, run.ID+" of "+run.Task)
	}
	message := id + " begins the IDs of several runs: " + strings.Join(named, ", ")
	if len(runs) > maxNamed {
		message += " and more"
	}
	return "", &Error{Code: CodeUnknownRun, Message: message, Hint: "write more of it"}
}

func (r *Runner) unknownRun(message string, err error) *Error {
	return &Error{Code: CodeUnknownRun, Message: message, Hint: r.command("runs list"), Err: err}
}
