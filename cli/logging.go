package cli

import (
	"log/slog"

	"github.com/beignet-go/beignet/internal/term"
)

// logger writes the lines of a run to standard error. Neither form lets a
// control or bidi character through: slog's text quotes them, its JSON does not.
func (c *call) logger() *slog.Logger {
	opts := &slog.HandlerOptions{Level: c.level()}
	if c.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(term.JSONWriter(c.err), opts))
	}
	return slog.New(slog.NewTextHandler(c.err, opts))
}

// logLevels are what --log-level can be.
func logLevels() []string { return []string{"debug", "info", "warn", "error"} }

func (c *call) level() slog.Level {
	switch {
	case c.verbose || c.logLevel == "debug":
		return slog.LevelDebug
	case c.logLevel == "warn":
		return slog.LevelWarn
	case c.logLevel == "error":
		return slog.LevelError
	default:
		return slog.LevelInfo
	}
}
