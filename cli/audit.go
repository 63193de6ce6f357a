package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/runner"
)

// eventResult is an event in its place in the audit.
type eventResult struct {
	Seq         int64           `json:"seq"`
	Hash        string          `json:"hash"`
	Time        string          `json:"time"`   // UTC, RFC 3339
	Action      string          `json:"action"` // task.started, task.refused, … or a feature's own
	Run         string          `json:"run,omitempty"`
	Task        string          `json:"task,omitempty"`
	Environment string          `json:"environment,omitempty"`
	Actor       string          `json:"actor,omitempty"`
	Client      string          `json:"client,omitempty"`
	Tenant      string          `json:"tenant,omitempty"`
	Reason      string          `json:"reason,omitempty"`
	Resource    string          `json:"resource,omitempty"`
	Entry       int64           `json:"entry,omitempty"` // the entry of the run's journal that it is the copy of
	Metadata    json.RawMessage `json:"metadata,omitempty"`
}

// auditListResult has the oldest event first.
type auditListResult struct {
	SchemaVersion int           `json:"schemaVersion"`
	Events        []eventResult `json:"events"`
}

type auditShowResult struct {
	SchemaVersion int         `json:"schemaVersion"`
	Event         eventResult `json:"event"`
	Before        string      `json:"before"` // the hash of the event before it; "": it is the first
	Body          string      `json:"body"`   // as it is stored: what the hash is over, behind the hash before and a newline
}

func (c *call) auditCommands(root *flagSet) *ff.Command {
	audit := newFlagSet(c.name+" audit", root)
	audit.group = true
	return &ff.Command{
		Name: "audit", Flags: audit,
		Subcommands: []*ff.Command{c.auditList(audit), c.auditShow(audit), c.auditVerify(audit), c.auditExport(audit)},
	}
}

const (
	listedEvents = 100
	maxListed    = 100_000
)

func (c *call) auditList(parent *flagSet) *ff.Command {
	var f runner.EventFilter
	cmd, flags := command(parent, "list", "", "List the latest events of the audit.",
		func(ctx context.Context, parsed *flagSet) error {
			if err := noArguments(parsed); err != nil {
				return err
			}
			f.Limit = cmp.Or(f.Limit, listedEvents)
			return c.listEvents(ctx, f)
		})
	c.addEnvironment(flags)
	flags.add(0, "run", "ID", "Only those of a run; the beginning of its ID will do.", text(&f.Run))
	flags.add(0, "task", "NAME", "Only those of a task.", text(&f.Task))
	flags.add(0, "action", "NAME", "Only those of an action, such as task.failed, or task for all that begin with it.", text(&f.Action))
	flags.add(0, "since", "TIME", "Only those since then, such as "+someTimes+".", instant(&f.Since, c.began))
	flags.add(0, "limit", "N", "How many of the latest; 100 is the default.", positive(&f.Limit, maxListed))
	return cmd
}

func (c *call) listEvents(ctx context.Context, f runner.EventFilter) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	events, err := h.Events(ctx, h.target, f)
	if err != nil {
		return err
	}
	if c.json {
		result := auditListResult{SchemaVersion: schemaVersion, Events: make([]eventResult, len(events))}
		for i, e := range events {
			result.Events[i] = describeEvent(e)
		}
		return c.printJSON(result)
	}
	if len(events) == 0 {
		fmt.Fprintln(&c.out, "no events")
		return nil
	}
	c.writeEvents(&c.out, events)
	return nil
}

func describeEvent(e runner.AuditEvent) eventResult {
	return eventResult{
		Seq: e.Seq, Hash: e.Hash, Time: stamp(e.Time), Action: e.Action, Run: e.Run, Task: e.Task,
		Environment: e.Environment, Actor: e.Actor, Client: e.Client, Tenant: e.Tenant, Reason: e.Reason,
		Resource: e.Resource, Entry: e.Entry, Metadata: e.Metadata,
	}
}

// writeEvents writes a line an event.
func (c *call) writeEvents(w io.Writer, events []runner.AuditEvent) {
	t := table{header: []string{"seq", "time", "action", "task", "actor", "run", "resource"}, widest: maxEventCell}
	for _, e := range events {
		t.rows = append(t.rows, []string{
			strconv.FormatInt(e.Seq, 10), e.Time.UTC().Format(time.RFC3339), e.Action, e.Task, e.Actor, e.Run, e.Resource,
		})
	}
	t.write(w, c.tty)
}

// maxEventCell is the widest that a column of events becomes: that of a run's ID.
const maxEventCell = 36

func (c *call) auditShow(parent *flagSet) *ff.Command {
	cmd, flags := command(parent, "show", " SEQ", "Show an event of the audit.", func(ctx context.Context, f *flagSet) error {
		args := f.GetArgs()
		if len(args) > 1 {
			return unexpected(args[1], f)
		}
		if len(args) == 0 {
			return usageError("which event?", "add its number: "+f.GetName()+" SEQ")
		}
		seq, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil || seq < 1 {
			return usageError("no event "+args[0]+": an event has a number", c.name+" audit list")
		}
		return c.showEvent(ctx, seq)
	})
	c.addEnvironment(flags)
	return cmd
}

func (c *call) showEvent(ctx context.Context, seq int64) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	e, before, err := h.Event(ctx, h.target, seq)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(auditShowResult{SchemaVersion: schemaVersion, Event: describeEvent(e), Before: before, Body: string(e.Body)})
	}
	fmt.Fprintf(&c.out, "%s  %s\n", c.tty.Bold("event "+strconv.FormatInt(e.Seq, 10)), term.Escape(e.Action))
	writeRows(&c.out, "  ", filled([]row{
		{"time", stamp(e.Time)}, {"run", e.Run}, {"task", e.Task}, {"environment", e.Environment},
		{"actor", e.Actor}, {"client", e.Client}, {"tenant", e.Tenant}, {"reason", e.Reason}, {"resource", e.Resource},
		{"hash", e.Hash}, {"before", before},
	}))
	if len(e.Metadata) > 0 {
		fmt.Fprintln(&c.out, c.tty.Bold("metadata"))
		c.writeOutput(&c.out, e.Metadata)
	}
	return nil
}
