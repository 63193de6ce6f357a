package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/ports/disk"
	"github.com/beignet-go/beignet/runner"
)

// exportedLink is a line of an export. Body is a text and no object: a hash is over
// bytes, and an object could be written in other ones.
type exportedLink struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
	Body string `json:"body"`
}

type auditExportResult struct {
	SchemaVersion int    `json:"schemaVersion"`
	File          string `json:"file"`
	Events        int64  `json:"events"`
	Head          string `json:"head"` // the hash of the last of them; "": there is none
}

func (c *call) auditExport(parent *flagSet) *ff.Command {
	var output string
	cmd, flags := command(parent, "export", "", "Write the whole audit, which anybody can verify.",
		func(ctx context.Context, f *flagSet) error {
			if err := noArguments(f); err != nil {
				return err
			}
			return c.exportAudit(ctx, cmp.Or(output, "-"))
		})
	cmd.LongHelp = "A line is {\"seq\":1,\"hash\":\"…\",\"body\":\"…\"}: body is the text of the event as it is\n" +
		"stored, and hash is the SHA-256 of the hash before, a newline and that text. See\n" +
		"docs/audit.md, and docs/verify-audit.py, which verifies an export on its own."
	c.addEnvironment(flags)
	flags.add(0, "output", "FILE|-", "Where to; standard output is the default.", text(&output))
	return cmd
}

// exportAudit writes a file whole or not at all, and standard output as it goes.
func (c *call) exportAudit(ctx context.Context, output string) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	file, err := disk.New(disk.Options{Dir: c.std.Dir, Out: c.std.Out}).Create(output, false)
	if err != nil {
		return unwritable(err)
	}
	done := auditExportResult{SchemaVersion: schemaVersion, File: output}
	if err := done.write(ctx, file, h); err != nil {
		return errors.Join(err, file.Abort())
	}
	if err := file.Commit(); err != nil {
		return unwritable(err)
	}
	switch {
	case output == "-":
		return nil
	case c.json:
		return c.printJSON(done)
	}
	fmt.Fprintf(&c.out, "%s written to %s\n", plural(done.Events, "event"), term.Escape(output))
	return nil
}

func (done *auditExportResult) write(ctx context.Context, to io.Writer, h history) error {
	buffered := bufio.NewWriterSize(to, 64<<10)
	lines := json.NewEncoder(term.JSONWriter(buffered))
	lines.SetEscapeHTML(false)
	for l, err := range h.Links(ctx, h.target) {
		if err != nil {
			return err
		}
		if err := lines.Encode(exportedLink{l.Seq, l.Hash, string(l.Body)}); err != nil {
			return notExported(err)
		}
		done.Events++
		done.Head = l.Hash
	}
	return notExported(buffered.Flush())
}

// notExported says that an export failed where it is written.
func notExported(err error) error {
	if err == nil {
		return nil
	}
	return &runner.Error{Code: runner.CodeIO, Message: "the export is not written: " + err.Error(), Hint: "look at the disk", Err: err}
}
