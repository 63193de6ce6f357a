package cli

import (
	"errors"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// unwritable gives an error of a file that a command writes a code, the same for
// every command: for a name that is taken that of a task's export. nil stays nil.
func unwritable(err error) error {
	if err == nil {
		return nil
	}
	e := &runner.Error{Code: runner.CodeFile, Message: err.Error(), Hint: "give the name of a file in a folder that can be written", Err: err}
	switch {
	case errors.Is(err, ports.ErrExists):
		e.Code, e.Hint = runner.CodeData, "give another name"
	case errors.Is(err, ports.ErrFull), errors.Is(err, ports.ErrIO):
		e.Code, e.Hint = runner.CodeIO, "look at the disk and the folder's permissions"
	}
	return e
}
