package cli

import (
	"log/slog"
	"strings"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// attempt is one attempt of a run from the command line: a new run's first, or one that
// takes a run on.
type attempt struct {
	*call
	runner   *runner.Runner
	task     string
	log      *slog.Logger
	files    *runFiles
	progress *progress
	signals  *signals
	hook     string // the URL that is told of the outcome; "": none is
}

// newAttempt prepares one on a target.
func (c *call) newAttempt(r *runner.Runner, task string, t runner.Target) *attempt {
	log := c.logger()
	files := &runFiles{call: c, in: c.std.In, dir: c.std.Dir, folder: t.State}
	return &attempt{
		call: c, task: task, log: log, files: files,
		runner:   r.With(runner.Options{State: c.state, Files: files.of, Log: log, Version: c.versionString()}),
		progress: c.newProgress(task, log),
		signals:  newSignals(),
	}
}

// watched is the request of a run that is shown at work, and that signals stop.
func (a *attempt) watched(req runner.Request) runner.Request {
	req.Observe, req.Stop = a.progress.observe, a.signals.asked
	req.Trace = a.env.trace
	req.Audited = func(head ports.Link) { a.head = &head }
	return req
}

// run carries the attempt out and makes its outcome the result.
func (a *attempt) run(batches bool, start func() (ports.Run, error)) error {
	stopping := "stopping"
	if batches {
		stopping = "stopping after this batch"
	}
	a.progress.begin()
	a.signals.hear(func() { a.progress.tell(stopping + "; again to end now") })
	run, err := start()
	a.signals.end()
	a.err.seal()
	a.files.ended(run)
	a.ran, a.taken = run.ID != "", a.files.took.Load()
	a.tellHead(a.log.With("run", run.ID, "task", run.Task, "env", run.Environment))
	resume := a.resume(a.runner.Standing(run))
	if err != nil {
		err = &taskError{error: err, task: a.task, run: run, resume: resume}
		known := asKnown(err)
		a.notify(a.failure(err, known, exitCode(known.Code)))
		return err
	}
	a.notify(a.outcome(run, resume))
	return a.printRun(run, resume)
}

// resume is the command that takes a run on; "": none does.
func (c *call) resume(s runner.Standing) string {
	if !s.Resumable {
		return ""
	}
	return runner.InEnvironment(c.name+" runs resume "+s.ID, s.Environment)
}

// wayOn is what people are told last of a run that can be taken on by a command: that,
// unless it would meet the same refusal again, or its error's hint has it with more.
func wayOn(run ports.Run, resume, hint string) string {
	switch {
	case resume == "" || strings.Contains(hint, resume):
		return ""
	case run.Failure != nil && run.Failure.Code == string(runner.CodeChanges):
		return "" // its error's hint has it, with how many changes are accepted
	case runner.Refused(run):
		return "start a new run once it is mended"
	}
	return resume
}
