package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// errTimeout is the cause of a context that the run's timeout has ended, and
// errAbandoned that of a handler that went on regardless.
var (
	errTimeout   = errors.New("timeout")
	errAbandoned = errors.New("abandoned")
)

// end turns what a handler returned into the run's error; nil where it succeeded
// or stopped at its limit.
func (x *execution) end(err error) *Error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errAbandoned) && errors.Is(err, errTimeout):
		return &Error{
			Code:    CodeTimeout,
			Message: fmt.Sprintf("the handler did not end within %s, nor %s after it was told to: it was abandoned", x.run.Limits.Timeout, x.runner.opts.Grace),
			Hint:    "give it more time, and let it heed its context", Err: err,
		}
	case errors.Is(err, errTimeout):
		return &Error{
			Code: CodeTimeout, Message: fmt.Sprintf("the handler did not end within %s", x.run.Limits.Timeout),
			Hint: "give it more time, in the manifest or by --timeout", Err: err,
		}
	}
	e := *x.mask.error(asError(err))
	if errors.Is(err, errAbandoned) {
		e.Message += fmt.Sprintf("; the handler did not end within %s of that: it was abandoned", x.runner.opts.Grace)
	}
	if e.Code == CodeInput && e.Hint == "" {
		e.Hint = x.plan.task.show
	}
	if e.Hint == "" && x.plan.task.inputLost(x.run.Input, x.files.inputs()) {
		e.Hint = "start a new run: standard input was not read to its end"
	}
	return &e
}

// asError gives any error a code.
func asError(err error) *Error {
	var (
		known *Error
		input *InputError
		data  *DataError
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &input):
		return &Error{Code: CodeInput, Message: "input refused by the handler", Violations: input.Violations, Err: err}
	case errors.As(err, &data):
		return &Error{Code: CodeData, Message: data.Message, Hint: data.Hint, Err: err}
	}
	code, hint := classify(err)
	return &Error{Code: code, Message: err.Error(), Hint: hint, Err: err}
}

// classify finds the code of an error that carries none.
func classify(err error) (Code, string) {
	var (
		file    *FileError
		version *ports.VersionError
		gone    *ports.VanishedError
		other   *ports.OtherDatabaseError
		exposed *ports.ExposedError
		sealed  *ports.ReadOnlyError
		key     *ports.KeyError
		address *ports.AddressError
		denied  *ports.DeniedError
	)
	switch {
	case errors.As(err, &other):
		return CodeGate, "look at the address of the database, and at what is expected of it"
	case errors.As(err, &gone):
		return CodeConfig, "restore it from a backup; to begin anew, move what is left of it away"
	case errors.As(err, &exposed):
		return CodeConfig, exposed.Remedy()
	case errors.As(err, &sealed):
		return CodeIO, sealed.Remedy()
	case errors.As(err, &key):
		return CodeConfig, "give the key that the audit was begun with: the variable that ends in _AUDIT_KEY_FILE names its file"
	case errors.As(err, &address):
		return CodeConfig, ""
	case errors.As(err, &denied):
		return CodeConfig, "see to the name in the address, the user, its password and what it may do"
	case errors.Is(err, ports.ErrLocked):
		return CodeLocked, "wait until it is free; the command locks lists who holds what"
	case errors.Is(err, ports.ErrFull):
		return CodeIO, "free the disk, then start it again"
	case errors.Is(err, ports.ErrCorrupt):
		return CodeIO, "the file is left as it is: restore it from a backup, or move it away"
	case errors.Is(err, ports.ErrIO), errors.Is(err, fs.ErrPermission) && !errors.As(err, &file):
		return CodeIO, "look at the disk and the folder's permissions"
	case errors.Is(err, ports.ErrSchema):
		return CodeConfig, "migrate the database, or grant its user what the task needs"
	case errors.Is(err, ports.ErrStale):
		return CodeLocked, "another run or attempt has taken over; nothing of this batch was written"
	case errors.Is(err, ports.ErrBusy):
		return CodeUnavailable, "another process is writing to the database: try again"
	case errors.Is(err, ports.ErrTimeout):
		return CodeUnavailable, "give its statements more time by batch.statementTimeout, or its batches fewer items"
	case errors.Is(err, ports.ErrUnavailable):
		return CodeUnavailable, "see that the database is up, then try again"
	case errors.As(err, &version):
		return CodeConfig, "use the binary that made it, or a database of this one's own"
	case errors.Is(err, ports.ErrUnsupported):
		return CodeConfig, ""
	case errors.As(err, &file) && errors.Is(err, ports.ErrExists):
		return CodeData, "give another name"
	case errors.As(err, &file) && file.Writing && errors.Is(err, ports.ErrNotFound):
		return CodeFile, "make the folder first"
	case errors.As(err, &file) && file.Writing && errors.Is(err, ports.ErrNotRegular):
		return CodeFile, "give the name of a file, or - for standard output"
	case errors.As(err, &file):
		return CodeFile, "see that the file is there and can be read"
	}
	return CodeTask, ""
}

// explain gives an adapter's error a code and says what was being done. nil
// stays nil, and an *Error has said it already.
func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	if known, ok := err.(*Error); ok {
		return known
	}
	e := *asError(err)
	if e.Code == CodeTask {
		e.Code = CodeIO
	}
	e.Message = what + ": " + e.Message
	return &e
}

// checkOutput holds an output to the task's schema.
func (t *task) checkOutput(output []byte) error {
	if t.output == nil || output == nil {
		return nil
	}
	if violations := t.output.Validate(output); len(violations) > 0 {
		return &Error{
			Code: CodeOutput, Message: "the handler's output breaks the task's output schema",
			Violations: violations, Hint: "mend handler " + t.Handler + " or the schema",
		}
	}
	return nil
}

// outcomeWithin bounds the recording of an outcome: a database that does not
// answer must not keep the process.
const outcomeWithin = 30 * time.Second

// recordOutcome puts the end of the run on record, last of all, and returns the
// record and the run's error. Where the audit or the record cannot be made that
// is the error, and the run is left as running: the checkpoint says what is done.
func (x *execution) recordOutcome(ctx context.Context, opened app, done result, ended *Error) (ports.Run, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), outcomeWithin)
	defer cancel()
	run := x.run
	run.Output, run.Preview = x.mask.JSON(done.output), x.mask.preview(done.preview)
	run.Progress, run.Inputs = done.progress, x.files.inputs()
	run.Progress.Waiting = ""
	run.Limits, run.Waits = done.pace(run)
	run.Log = x.tail.lines()
	err := x.stages.time("outcome", func() error {
		if ended == nil || !errors.Is(ended, errAbandoned) {
			if err := x.copyAudit(ctx, opened, done.seq); err != nil && ended == nil {
				return explain("the run's own events are not all in the audit", err)
			} else if err != nil {
				x.log.Warn("the run's own events are not all in the audit", "error", err)
			}
		}
		over, err := x.over(run, done, ended)
		if err != nil {
			return explain("outcome", err)
		}
		err = insistently(ctx, func() error {
			return x.state.Update(ctx, onRecord(over), x.run.Mark(), x.outcomeEvent(over, done, ended))
		})
		if err != nil {
			return explain("the outcome ("+string(over.Status)+") is not on record", err)
		}
		run = over
		x.tellHead(ctx)
		return nil
	})
	run.Stages = x.stages.done
	switch {
	case err != nil && ended != nil:
		failed := *asError(err)
		failed.Message += "; it came after this: " + ended.Message
		failed.Err = errors.Join(failed.Err, ended)
		return run, &failed
	case err != nil:
		return run, err
	case ended != nil:
		return run, ended
	}
	return run, nil
}

// over is the record of a run that has ended.
func (x *execution) over(run ports.Run, done result, ended *Error) (ports.Run, error) {
	now := x.runner.opts.Now().UTC()
	run.Ended, run.Stages = &now, x.stages.done
	if ended != nil {
		message := ended.Message
		if len(ended.Violations) > 0 {
			message += ": " + ended.Violations[0].Pointer + " " + ended.Violations[0].Message
		}
		run.Failure = &ports.Failure{Code: string(ended.Code), Message: message, Hint: ended.Hint}
	}
	return run, run.Move(outcomeStatus(done, ended))
}

func (x *execution) outcomeEvent(run ports.Run, done result, ended *Error) ports.Event {
	metadata := map[string]any{
		"processed": run.Progress.Processed, "failed": run.Progress.Failed, "changed": run.Progress.Changed,
	}
	if done.head != "" && !run.DryRun {
		metadata["head"] = done.head
	}
	if ended != nil {
		metadata["code"] = ended.Code
	}
	return x.event("task."+string(run.Status), metadata)
}

func outcomeStatus(done result, ended *Error) ports.Status {
	switch {
	case ended != nil && ended.Code == CodeTimeout:
		return ports.TimedOut
	case ended != nil && (ended.Code == CodeStopped || ended.Code == CodeTerminated || ended.Code == CodeThrottled):
		return ports.Stopped
	case ended != nil && ended.Code == CodeCancelled:
		return ports.Cancelled
	case ended != nil:
		return ports.Failed
	case done.stopped:
		return ports.Stopped
	default:
		return ports.Succeeded
	}
}
