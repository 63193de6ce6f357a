package runner

import (
	"context"
	"errors"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/schema"
)

// Code says what kind of end a command came to. A front end maps it to an exit
// code; nothing else decides one.
type Code string

const (
	CodeUsage        Code = "usage"
	CodeUnknownTask  Code = "unknown-task"
	CodeInput        Code = "input-invalid"
	CodeData         Code = "data-refused"
	CodeFile         Code = "file-unreadable"
	CodeUnavailable  Code = "database-unavailable"
	CodeInternal     Code = "internal"
	CodeIO           Code = "io"
	CodeLocked       Code = "locked"
	CodeGate         Code = "gate-refused"
	CodeConfig       Code = "config-invalid"
	CodeTimeout      Code = "timeout"
	CodeStopped      Code = "stopped"    // by SIGINT, or by whoever else asked through Request.Stop
	CodeTerminated   Code = "terminated" // stopped by SIGTERM
	CodeCancelled    Code = "cancelled"  // by another process
	CodeThrottled    Code = "throttled"  // the run waited for its probe as long as it may
	CodeAudit        Code = "audit-mismatch"
	CodeTask         Code = "task-failed"
	CodePanic        Code = "task-panicked"
	CodeFailures     Code = "too-many-failures"
	CodeChanges      Code = "too-many-changes"
	CodeOutput       Code = "output-invalid"
	CodeNotResumable Code = "not-resumable"
	CodeUnknownRun   Code = "unknown-run"
)

// Error is an error for people: what, why, and what to do next. It is printed
// once, by the front end.
type Error struct {
	Code        Code
	Message     string
	Hint        string               // the next step; "" where there is none
	Violations  []Violation          // of an input
	Diagnostics manifest.Diagnostics // of a manifest
	Stack       []byte               // of a recovered panic
	Err         error                // the cause, for errors.Is; may be nil
}

func (e *Error) Error() string { return e.Message }
func (e *Error) Unwrap() error { return e.Err }

// Violation is one mistake in an input: where, and against which keyword.
type Violation = schema.Violation

// InputError refuses an input for what its schema cannot say. A handler may
// return one: the run is recorded as failed, and the front end reports it like
// a refusal by the schema.
type InputError struct{ Violations []Violation }

// InvalidInput returns an InputError with one violation, at a JSON pointer such
// as /source.
func InvalidInput(pointer, message string) *InputError {
	return &InputError{Violations: []Violation{{Pointer: pointer, Keyword: "handler", Message: message}}}
}

func (e *InputError) Error() string {
	if len(e.Violations) == 0 {
		return "input refused"
	}
	return e.Violations[0].Pointer + " " + e.Violations[0].Message
}

// DataError refuses data that a handler was pointed at, such as a file whose
// header it cannot use. Its message says where.
type DataError struct {
	Message string
	Hint    string
	Err     error
}

func (e *DataError) Error() string { return e.Message }
func (e *DataError) Unwrap() error { return e.Err }

// FileError is a file that cannot be read or written. The Session's Files
// return it.
type FileError struct {
	Name    string
	Err     error // names the file
	Writing bool
}

func (e *FileError) Error() string { return e.Err.Error() }
func (e *FileError) Unwrap() error { return e.Err }

// endsRun reports whether an error of apply ends the run at once, whichever item it met: it says
// something of the database, the run, the input or the program.
func endsRun(err error) bool {
	var (
		known *Error
		input *InputError
		data  *DataError
		file  *FileError
	)
	for _, s := range []error{
		ports.ErrBusy, ports.ErrTimeout, ports.ErrUnavailable, ports.ErrFull, ports.ErrIO, ports.ErrCorrupt, ports.ErrStale, ports.ErrSchema,
		context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, s) {
			return true
		}
	}
	return errors.As(err, &known) || errors.As(err, &input) || errors.As(err, &data) || errors.As(err, &file)
}
