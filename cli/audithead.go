package cli

import (
	"context"
	"log/slog"
)

// tellHead says where the audit stands after a run: to be noted elsewhere, and given
// to audit verify --expect. Under --json the result has it. It is as loud as a log line
// at level info.
func (c *call) tellHead(log *slog.Logger) {
	switch {
	case c.head == nil || c.json || !log.Enabled(context.Background(), slog.LevelInfo):
	case c.logFormat == "json":
		log.Info("audit", "head", c.head.Hash, "events", c.head.Seq)
	default:
		c.err.print(c.err.Dim("audit head "+c.head.Hash) + "\n")
	}
}

// auditHead is the same for a result.
func (c *call) auditHead() *headResult {
	if c.head == nil {
		return nil
	}
	return &headResult{Head: c.head.Hash, Events: c.head.Seq}
}
