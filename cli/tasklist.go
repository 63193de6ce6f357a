package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/schema"
)

func (c *call) taskList(parent *flagSet) *ff.Command {
	var feature string
	cmd, flags := command(parent, "list", "", "List the tasks.", func(_ context.Context, f *flagSet) error {
		if err := noArguments(f); err != nil {
			return err
		}
		return c.listTasks(feature)
	})
	flags.add(0, "feature", "NAME", "Only the tasks of one feature.", text(&feature))
	return cmd
}

func (c *call) listTasks(feature string) error {
	r, m, err := c.loadRunner(runner.Options{})
	if err != nil {
		return err
	}
	features := m.manifest.Features
	if feature != "" {
		if features, err = onlyFeature(features, feature); err != nil {
			return err
		}
	}
	if c.json {
		return c.listJSON(r, m, features)
	}
	c.listText(m, features)
	return nil
}

func onlyFeature(features []manifest.Feature, name string) ([]manifest.Feature, error) {
	var names []string
	for i, f := range features {
		if f.Name == name {
			return features[i : i+1], nil
		}
		names = append(names, f.Name)
	}
	return nil, usageError(suggest("no feature "+name, name, "", names), "leave --feature out to see all")
}

func (c *call) listJSON(r *runner.Runner, m module, features []manifest.Feature) error {
	result := listResult{SchemaVersion: schemaVersion, Module: m.name, Tasks: []taskResult{}}
	for _, f := range features {
		for _, t := range f.Tasks {
			enforced, problems := schema.CompileInput(t.Input.JSON)
			if len(problems) > 0 {
				_, err := r.Describe(t.Name)
				return err
			}
			result.Tasks = append(result.Tasks, describeTask(t, enforced.JSON()))
		}
	}
	return c.printJSON(result)
}

func describeTask(t manifest.Task, input []byte) taskResult {
	return taskResult{
		Name: t.Name, Description: t.Description, Feature: t.Feature, Handler: t.Handler, Effect: t.Effect,
		Aliases: append([]string{}, t.Aliases...), Deprecated: t.Deprecated, Input: json.RawMessage(input),
	}
}

func (c *call) listText(m module, features []manifest.Feature) {
	var names, effects int
	for _, f := range features {
		for _, t := range f.Tasks {
			names, effects = max(names, term.Cells(t.Name)), max(effects, len(t.Effect))
		}
	}
	if names == 0 {
		fmt.Fprintf(&c.out, "no tasks in %s\n", term.Escape(m.name))
	}
	for i, f := range features {
		if i > 0 {
			fmt.Fprintln(&c.out)
		}
		fmt.Fprintln(&c.out, c.tty.Bold(f.Name))
		for _, t := range f.Tasks {
			about := t.Description
			if t.Deprecated != "" {
				about += " (deprecated: " + t.Deprecated + ")"
			}
			fmt.Fprintf(&c.out, "  %s  %s  %s\n", term.Pad(t.Name, names), c.effect(t.Effect, effects), term.Escape(about))
		}
	}
}

// effect is an effect in a column of a width, in the colour of its danger.
func (c *call) effect(e manifest.Effect, width int) string {
	word := term.Pad(string(e), width)
	switch e {
	case manifest.EffectDestructive:
		return c.tty.Red(word)
	case manifest.EffectWrite:
		return c.tty.Yellow(word)
	default:
		return c.tty.Dim(word)
	}
}
