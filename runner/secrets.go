package runner

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"

	"github.com/beignet-go/beignet/internal/mask"
	"github.com/beignet-go/beignet/ports"
)

// secrets hide the secrets of an input in all that leaves a run: its log, its record,
// its journal, the audit, and what a front end is told. The zero value hides nothing.
type secrets struct{ *mask.Mask }

// mask hides the secrets of an input of the task, canonical or not.
func (t *task) mask(input []byte) secrets {
	var values []string
	for _, secret := range t.input.Secrets(input) {
		values = append(values, secret.Text)
	}
	return secrets{mask.New(values)}
}

// log is a log without the secrets.
func (s secrets) log(to *slog.Logger) *slog.Logger { return slog.New(s.Handler(to.Handler())) }

// error is e without the secrets. What it is by errors.Is and errors.As stays.
func (s secrets) error(e *Error) *Error {
	if e == nil || s.Empty() {
		return e
	}
	clean := *e
	clean.Message, clean.Hint, clean.Stack = s.String(e.Message), s.String(e.Hint), s.Bytes(e.Stack)
	clean.Violations = slices.Clone(e.Violations)
	for i, v := range clean.Violations {
		clean.Violations[i].Pointer = s.String(v.Pointer)
		clean.Violations[i].Message, clean.Violations[i].Suggestion = s.String(v.Message), s.String(v.Suggestion)
	}
	if e.Err != nil {
		clean.Err = &maskedError{s, e.Err}
	}
	return &clean
}

// refusal is e, of the input itself, without the secrets. Its pointers are made of names.
func (s secrets) refusal(e *Error) *Error {
	clean := *s.error(e)
	for i := range clean.Violations {
		clean.Violations[i].Pointer = e.Violations[i].Pointer
	}
	return &clean
}

// maskedError is a cause that says nothing of the secrets.
type maskedError struct {
	secrets secrets
	err     error
}

func (e *maskedError) Error() string { return e.secrets.String(e.err.Error()) }
func (e *maskedError) Unwrap() error { return e.err }

// preview is what a dry run shows, without the secrets. Its samples have been masked
// when they were taken: they may be cut.
func (s secrets) preview(p *ports.Preview) *ports.Preview {
	if p == nil || s.Empty() {
		return p
	}
	clean := *p
	clean.Files = slices.Clone(p.Files)
	for i := range clean.Files {
		clean.Files[i].Name = s.String(clean.Files[i].Name)
	}
	return &clean
}

// original is what an item was read from, without the secrets. One that held a secret is
// not what stood there any more, and no use to be read again.
func (s secrets) original(o *Original) *Original {
	if o == nil || s.Empty() {
		return o
	}
	clean := *o
	clean.Head, clean.Text = s.Bytes(o.Head), s.Bytes(o.Text)
	if o.Cut {
		clean.Text = s.Cut(o.Text)
	}
	clean.Cut = o.Cut || !bytes.Equal(clean.Head, o.Head) || !bytes.Equal(clean.Text, o.Text)
	return &clean
}

// keepable refuses a position whose checkpoint would hold a secret. What is in a checkpoint is
// restored at resume, so that nothing in it can be hidden.
func (s secrets) keepable(p position) error {
	if at, found := s.In(p.Out); found {
		return heldBack("the handler's output holds a secret of its input, at "+shownPointer(at), "leave it out: a running output is kept in the database, with the checkpoint")
	}
	if at, found := s.In(p.After); found {
		return heldBack("the cursor of an item holds a secret of the input, at "+shownPointer(at), "read the items in another order: their cursors are kept in the database")
	}
	return nil
}

// shownPointer is a JSON pointer as a message has it.
func shownPointer(at string) string {
	if at == "" {
		return "its top"
	}
	return at
}

func heldBack(message, hint string) error {
	return &Error{Code: CodeOutput, Message: message, Hint: hint, Err: errSecret}
}

// errSecret is the cause of a refusal to write a secret down.
var errSecret = errors.New("a secret would be written down")
