package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

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
	if err == nil {
		return nil
	}
	if errors.Is(err, errTimeout) || errors.Is(err, errAbandoned) {
		message := fmt.Sprintf("%s did not end within %s", x.run.Task, x.run.Limits.Timeout)
		if errors.Is(err, errAbandoned) {
			message += fmt.Sprintf(", nor %s after it was told to: it was abandoned", x.runner.opts.Grace)
		}
		return &Error{Code: CodeTimeout, Message: message, Hint: "give it more time in the manifest's timeout", Err: err}
	}
	return asError(err)
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
	)
	switch {
	case errors.Is(err, ports.ErrFull):
		return CodeIO, "free the disk, then start it again"
	case errors.Is(err, ports.ErrCorrupt):
		return CodeIO, "the file is left as it is: restore it from a backup, or move it away"
	case errors.Is(err, ports.ErrIO), errors.Is(err, fs.ErrPermission) && !errors.As(err, &file):
		return CodeIO, "look at the disk and the folder's permissions"
	case errors.Is(err, ports.ErrStale):
		return CodeLocked, "another attempt of this run has taken over; nothing of this batch was written"
	case errors.Is(err, ports.ErrBusy):
		return CodeUnavailable, "another process is writing to the database: try again"
	case errors.Is(err, ports.ErrUnavailable):
		return CodeUnavailable, "see that the database is up, then try again"
	case errors.As(err, &version):
		return CodeConfig, "use the binary that made it, or a database of this one's own"
	case errors.Is(err, ports.ErrUnsupported):
		return CodeConfig, ""
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

// recordOutcome puts the end of the run on record, last of all, and returns the run's
// error. Where the record cannot be made, that is the error: the rows are as the
// checkpoint says.
func (x *execution) recordOutcome(ctx context.Context, opened app, done result, ended *Error) error {
	from := x.run.Mark()
	x.apply(done)
	status := outcomeStatus(done, ended)
	if err := x.run.Move(status); err != nil {
		return explain("outcome", err)
	}
	now := x.runner.opts.Now().UTC()
	x.run.Ended = &now
	metadata := map[string]any{
		"processed": x.run.Progress.Processed, "failed": x.run.Progress.Failed, "changed": x.run.Progress.Changed,
	}
	if done.head != "" {
		metadata["head"] = done.head
	}
	if ended != nil {
		x.run.Failure = &ports.Failure{Code: string(ended.Code), Message: ended.Message, Hint: ended.Hint}
		metadata["code"] = ended.Code
	}
	x.run.Stages = x.stages.done
	err := x.stages.time("outcome", func() error {
		return errors.Join(
			x.copyAudit(ctx, opened),
			x.state.Update(ctx, x.run, from, x.event("task."+string(status), metadata)))
	})
	x.run.Stages = x.stages.done
	if err != nil {
		return explain("the outcome ("+string(status)+") is not on record", err)
	}
	if ended != nil {
		return ended
	}
	return nil
}

// apply takes over what the handler stage has come to.
func (x *execution) apply(done result) {
	x.run.Output, x.run.Progress, x.run.Preview = done.output, done.progress, done.preview
	x.run.Inputs = x.files.inputs()
}

func outcomeStatus(done result, ended *Error) ports.Status {
	switch {
	case ended != nil && ended.Code == CodeTimeout:
		return ports.TimedOut
	case ended != nil:
		return ports.Failed
	case done.stopped:
		return ports.Stopped
	default:
		return ports.Succeeded
	}
}
