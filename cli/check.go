package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
)

func (c *call) check(parent *flagSet) *ff.Command {
	var online bool
	var expect string
	cmd, flags := command(parent, "check", "", "Check manifests, schemas, handlers and examples of every task.",
		func(ctx context.Context, f *flagSet) error {
			if err := noArguments(f); err != nil {
				return err
			}
			if !online && (c.envTyped || expect != "") {
				return usageError("--env and --expect-database are for what is looked at with --online", "add --online")
			}
			return c.checkAll(ctx, online, expect)
		})
	flags.add(0, "online", "", "Connect to an environment's state and database too, and change nothing there.", on(&online))
	flags.add(0, "env", "NAME", "The environment; local is the default.", text(&c.envName))
	addExpected(flags, &expect)
	return cmd
}

// checkAll does all of start-up, for every task.
func (c *call) checkAll(ctx context.Context, online bool, expect string) error {
	m := c.findModule()
	r, crossed := runner.New(m.manifest, c.handlers(), runner.Options{})
	found := c.place(m, append(append(m.found, crossed...), r.Check()...))
	tasks := 0
	for range m.manifest.Tasks() {
		tasks++
	}
	var at *runner.Online
	if online {
		looked, err := c.online(ctx, r, m, expect)
		if err != nil {
			return err
		}
		at = &looked
	}
	if c.env.github {
		c.annotate(found)
	}
	if c.json {
		result := checkResult{
			SchemaVersion: schemaVersion, Module: m.name, OK: len(found) == 0, Tasks: tasks,
			Diagnostics: diagnosticResults(found),
		}
		if at != nil {
			result.Online = describeOnline(*at)
			result.OK = result.OK && toldOnline(*at) == nil
		}
		if err := c.printJSON(result); err != nil {
			return err
		}
	} else {
		c.checkText(m, found, tasks)
		if at != nil {
			c.onlineText(*at)
		}
	}
	if len(found) > 0 {
		return &toldError{runner.CodeConfig}
	}
	if at != nil {
		return toldOnline(*at)
	}
	return nil
}

func (c *call) checkText(m module, found manifest.Diagnostics, tasks int) {
	files := c.files(m, found)
	if len(found) == 0 {
		fmt.Fprintf(&c.out, "ok: %s in %s (%s)\n", plural(tasks, "task"), plural(files, "file"), m.name)
		return
	}
	broken := map[string]bool{}
	for _, d := range found {
		broken[d.File] = true
		c.out.WriteString(diagnosticText(d))
	}
	fmt.Fprintf(&c.out, "%s in %d of %s\n", plural(len(found), "problem"), len(broken), plural(files, "file"))
}

// files is how many files were read: the manifest, its features, and those too
// broken to be features.
func (c *call) files(m module, found manifest.Diagnostics) int {
	read := map[string]bool{c.inModule(m, m.manifest.File): true}
	for _, f := range m.manifest.Features {
		read[c.inModule(m, f.File)] = true
	}
	for _, d := range found {
		read[d.File] = true
	}
	return len(read)
}

// annotate tells GitHub Actions where each finding is, in its workflow commands.
func (c *call) annotate(found manifest.Diagnostics) {
	message := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	for _, d := range found {
		text := d.Message
		if d.Hint != "" {
			text += "; " + d.Hint
		}
		c.err.print(fmt.Sprintf("::error file=%s,line=%d,col=%d::%s\n", property.Replace(d.File), d.Line, d.Column, message.Replace(text)))
	}
}
