package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// program is a Program without its context type.
type program struct {
	name, version string
	manifests     fs.FS
	state         func(context.Context, runner.Target, bool) (ports.State, error)
	identity      func(address string) string
	handlers      func() *runner.Handlers // builds the registry: only commands that need it pay
}

// call is one call of a program: what it was given, and where it speaks.
type call struct {
	program
	global
	std   IO
	env   environment
	began time.Time
	tty   term.Terminal // standard output
	out   bytes.Buffer  // the result, written when the command has ended
	err   *screen
	ran   bool        // a run is on record, whose outcome is the exit code
	taken bool        // standard output belongs to a task's export
	diff  bool        // all samples of a preview are shown
	head  *ports.Link // of the audit once the run has ended; nil: not known
	last  func()      // what is to be done once the result is printed; nil: nothing

	envName  string // the environment that --env or its variable names; "": local
	envTyped bool   // --env stands on the command line
}

// global holds the flags that every command has.
type global struct {
	json      bool
	module    string
	logFormat string
	logLevel  string
	verbose   bool
}

// main runs one call. A panic of the program's own is reported like any error.
func (p program) main(ctx context.Context, args []string, std IO) (exit int) {
	c := newCall(p, std)
	defer func() {
		if r := recover(); r != nil {
			c.out.Reset()
			exit = c.end(args, &runner.Error{
				Code: runner.CodeInternal, Message: fmt.Sprint("internal error: ", r),
				Hint: "-v shows the stack, for a report", Stack: debug.Stack(),
			})
		}
	}()
	// By default Go dies when standard output is a pipe that nobody reads, in the
	// middle of whatever the run is doing.
	signal.Ignore(syscall.SIGPIPE)
	exit = c.end(args, c.execute(ctx, args))
	if c.last != nil {
		c.last()
	}
	return exit
}

func newCall(p program, std IO) *call {
	if std.In == nil {
		std.In = bytes.NewReader(nil)
	}
	if std.Out == nil {
		std.Out = io.Discard
	}
	if std.Err == nil {
		std.Err = io.Discard
	}
	c := &call{program: p, std: std, began: time.Now(), env: readEnvironment(p.name, std.Getenv)}
	c.tty = term.Of(std.Out, c.env.plain)
	c.err = &screen{w: std.Err, Terminal: term.Of(std.Err, c.env.plain), dumb: c.env.dumb}
	return c
}

// execute finds the command that args name and runs it.
func (c *call) execute(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == completeCommand {
		c.complete(args[1:])
		return nil
	}
	root := c.commands()
	err := root.Parse(args)
	selected := root.GetSelected()
	switch {
	case errors.Is(err, ff.ErrHelp):
		c.help(&c.out, c.tty, selected)
		return nil
	case err != nil:
		return err
	case selected.Exec == nil:
		return c.unnamed(selected)
	}
	flags := selected.Flags.(*flagSet)
	c.envTyped = slices.Contains(flags.given, "--env")
	if err := flags.fromVariables(c.env); err != nil {
		return err
	}
	return selected.Exec(ctx, selected.Flags.GetArgs())
}

// end prints the error, writes the result and returns the exit code.
func (c *call) end(args []string, err error) int {
	exit := exitDone
	var told *toldError
	switch {
	case errors.As(err, &told):
		exit = exitCode(told.code)
	case err != nil:
		c.json = c.json || c.asksJSON(args)
		exit = c.report(err)
	}
	if err := c.flush(); err != nil {
		c.warn("the result was not written: " + err.Error())
		if exit == exitDone && !c.ran {
			exit = exitIO
		}
	}
	return exit
}

// flush writes the result. That nobody reads it any more is no error.
func (c *call) flush() error {
	if c.out.Len() == 0 {
		return nil
	}
	to := c.std.Out
	if c.taken {
		to = c.err
	}
	_, err := to.Write(c.out.Bytes())
	if errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}

// printJSON makes v, one line of JSON, the result.
func (c *call) printJSON(v any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	c.out.Write(term.EscapeJSON(text.Bytes()))
	return nil
}
