package cli

import (
	"cmp"
	"strings"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// namedTask is the task that a command line names. Its input has flags, so that it
// is known before the rest of the command line is read.
type namedTask struct {
	runner.Description
	runner *runner.Runner
	module module
	input  inputFlags
}

// findTask finds a task by the name that a command line gives, before the rest of it
// is parsed: of that, what counts here is which manifest it names, by itself or by an
// environment that has but one.
func (c *call) findTask(t *namedTask, name string, rest []string, f *flagSet) (err error) {
	_, variable := c.env.flag("module")
	c.module = cmp.Or(c.module, valueIn(rest, "--module"), variable)
	_, variable = c.env.flag("env")
	c.envName = cmp.Or(c.envName, valueIn(rest, "--env"), variable)
	if t.runner, t.module, err = c.loadRunner(runner.Options{}); err != nil {
		return err
	}
	began := time.Now()
	if t.Description, err = t.runner.Describe(name); err != nil {
		return err
	}
	t.module.spent = append(t.module.spent, ports.Stage{Name: "schema", Duration: time.Since(began)})
	t.input = inputFlags{properties: properties(t.Schema.Fields(), f.has), read: c.readSecretFile}
	return nil
}

// valueIn is the value of a flag among arguments.
func valueIn(args []string, flag string) string {
	for i, arg := range args {
		value, assigned := strings.CutPrefix(arg, flag+"=")
		switch {
		case arg == "--":
			return ""
		case assigned:
			return value
		case arg == flag && i+1 < len(args):
			return args[i+1]
		}
	}
	return ""
}
