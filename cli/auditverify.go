package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/runner"
)

type auditVerifyResult struct {
	SchemaVersion int             `json:"schemaVersion"`
	OK            bool            `json:"ok"`
	Events        int64           `json:"events"`             // that are as they were recorded
	Head          string          `json:"head"`               // the hash of the last of them; "": there is none
	Keyed         int64           `json:"keyed"`              // the first event that was recorded with a key; 0: none was
	Expected      int64           `json:"expected,omitempty"` // the event that has the expected hash
	Fault         *faultResult    `json:"fault,omitempty"`
	Journals      *journalsResult `json:"journals,omitempty"`
}

// faultResult is the first thing that is not as it was recorded.
type faultResult struct {
	Seq     int64  `json:"seq,omitempty"` // of the event
	Run     string `json:"run,omitempty"` // whose journal it is
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

type journalsResult struct {
	Runs      int   `json:"runs"`      // whose journal is as it was recorded
	Entries   int64 `json:"entries"`   // of those
	Elsewhere int   `json:"elsewhere"` // runs of another database, which were not looked at
}

func (c *call) auditVerify(parent *flagSet) *ff.Command {
	var (
		expect   string
		journals bool
	)
	cmd, flags := command(parent, "verify", "", "Verify that the audit is as it was recorded.",
		func(ctx context.Context, f *flagSet) error {
			if err := noArguments(f); err != nil {
				return err
			}
			return c.verifyAudit(ctx, expect, journals)
		})
	cmd.LongHelp = "Exit codes: 0 the audit is as it was recorded, 5 it is not. Without --expect nothing\n" +
		"can tell that the latest events were taken away, and without a key nothing can tell\n" +
		"that all were written anew: docs/audit.md says what each shows."
	c.addEnvironment(flags)
	flags.add(0, "expect", "HEAD", "A head that a run has printed: there must be an event of this hash.", text(&expect))
	flags.add(0, "journals", "", "Look at the journals of the runs too, in their database.", on(&journals))
	return cmd
}

func (c *call) verifyAudit(ctx context.Context, expect string, journals bool) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	verify := h.Verify
	if journals {
		verify = h.VerifyJournals
	}
	v, err := verify(ctx, h.target, expect)
	if err != nil && (v.Fault == nil || !c.json) {
		return err
	}
	if c.json {
		return errors.Join(c.printJSON(describeVerification(v)), told(v.Fault))
	}
	c.verificationText(&c.out, v)
	return nil
}

// told ends a command whose result has told of a fault.
func told(f *runner.Fault) error {
	if f == nil {
		return nil
	}
	return &toldError{runner.CodeAudit}
}

func describeVerification(v runner.Verification) auditVerifyResult {
	result := auditVerifyResult{
		SchemaVersion: schemaVersion, OK: v.Fault == nil, Events: v.Events, Head: v.Head.Hash, Keyed: v.Keyed, Expected: v.Expected,
	}
	if f := v.Fault; f != nil {
		result.Fault = &faultResult{Seq: f.Seq, Run: f.Run, Message: f.Message, Hint: f.Hint}
	}
	if j := v.Journals; j != nil {
		result.Journals = &journalsResult{Runs: j.Runs, Entries: j.Entries, Elsewhere: j.Elsewhere}
	}
	return result
}

func (c *call) verificationText(w io.Writer, v runner.Verification) {
	if v.Events == 0 {
		fmt.Fprintln(w, "no events")
		return
	}
	fmt.Fprintf(w, "ok: %s, as recorded\n", plural(v.Events, "event"))
	rows := []row{{"head", v.Head.Hash}}
	if v.Expected > 0 {
		rows = append(rows, row{"expected", fmt.Sprintf("event %s, and %s after it", number(v.Expected), plural(v.Head.Seq-v.Expected, "event"))})
	}
	if v.Keyed > 1 {
		rows = append(rows, row{"keyed", "from event " + number(v.Keyed) + " on"})
	}
	if j := v.Journals; j != nil {
		text := plural(j.Runs, "run") + ", " + plural(j.Entries, "line")
		if j.Elsewhere > 0 {
			text += "; not looked at: " + plural(j.Elsewhere, "run") + " of another database"
		}
		rows = append(rows, row{"journals", text})
	}
	writeRows(w, "  ", rows)
	if v.Keyed == 0 {
		fmt.Fprintln(w, c.tty.Dim(term.Escape("without a key this shows accidents: whoever can write to the state can write the chain anew")))
	}
}
