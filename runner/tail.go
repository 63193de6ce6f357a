package runner

import (
	"context"
	"log/slog"
	"strings"
	"sync"

	"github.com/beignet-go/beignet/ports"
)

// maxLogLine is how many bytes of a log line a record keeps.
const maxLogLine = 2 << 10

// tail keeps the last lines of a run's log for its record. It is a writer of whole
// lines, as slog's handlers are: one Write each.
type tail struct {
	mu   sync.Mutex
	kept []string // oldest first
}

// newTail continues the log of an earlier attempt.
func newTail(earlier []string) *tail {
	return &tail{kept: append([]string(nil), earlier...)}
}

func (t *tail) Write(p []byte) (int, error) {
	line := strings.ToValidUTF8(strings.TrimSuffix(string(p), "\n"), "\uFFFD")
	if len(line) > maxLogLine {
		line = strings.ToValidUTF8(line[:maxLogLine], "") + "…"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.kept) >= ports.MaxLog {
		t.kept = t.kept[len(t.kept)-ports.MaxLog+1:]
	}
	t.kept = append(t.kept, line)
	return len(p), nil
}

// lines are what is kept, oldest first.
func (t *tail) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.kept...)
}

// logInto is a log that writes to a front end's, saying whose run it is, and beside
// it, without that, to the tail.
func logInto(t *tail, to *slog.Logger, run ports.Run) *slog.Logger {
	attrs := []slog.Attr{
		slog.String("run", run.ID), slog.String("task", run.Task), slog.String("actor", run.Actor), slog.String("tenant", run.Tenant),
	}
	return slog.New(slog.NewMultiHandler(to.Handler().WithAttrs(attrs), slog.NewTextHandler(t, &slog.HandlerOptions{Level: asFarAs{to}})))
}

// asFarAs is the level of a record's log: info, or debug where another log takes that.
type asFarAs struct{ log *slog.Logger }

func (a asFarAs) Level() slog.Level {
	if a.log.Enabled(context.Background(), slog.LevelDebug) {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}
