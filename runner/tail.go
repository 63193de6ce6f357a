package runner

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

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

// logInto is a log that writes to a front end's, saying whose run it is and at which
// batch, and beside it, without that, to the tail.
func logInto(t *tail, to *slog.Logger, run ports.Run, batch *atomic.Int64) *slog.Logger {
	attrs := []slog.Attr{
		slog.String("run", run.ID), slog.String("task", run.Task), slog.String("env", run.Environment),
		slog.String("actor", run.Actor), slog.String("tenant", run.Tenant),
	}
	if id, ok := traceID(run.Trace); ok {
		attrs = append(attrs, slog.String("trace_id", id))
	}
	front := atBatch{to.Handler().WithAttrs(attrs), batch}
	return slog.New(slog.NewMultiHandler(front, slog.NewTextHandler(t, &slog.HandlerOptions{Level: asFarAs{to}})))
}

// traceID is the trace of a traceparent, and whether it is one.
func traceID(traceparent string) (string, bool) {
	parts := strings.Split(traceparent, "-")
	if len(parts) < 4 || len(parts[1]) != 32 {
		return "", false
	}
	return parts[1], true
}

// atBatch adds the batch that a run is at, before what a line says by itself. Groups are
// opened by a handler's own log, and the batch then stands in them.
type atBatch struct {
	slog.Handler
	batch *atomic.Int64 // the latest that was tried; 0: none was
}

func (h atBatch) Handle(ctx context.Context, r slog.Record) error {
	if n := h.batch.Load(); n > 0 {
		line := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
		line.AddAttrs(slog.Int64("batch", n))
		r.Attrs(func(a slog.Attr) bool { line.AddAttrs(a); return true })
		r = line
	}
	return h.Handler.Handle(ctx, r)
}

func (h atBatch) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atBatch{h.Handler.WithAttrs(attrs), h.batch}
}
func (h atBatch) WithGroup(name string) slog.Handler {
	return atBatch{h.Handler.WithGroup(name), h.batch}
}

// asFarAs is the level of a record's log: info, or debug where another log takes that.
type asFarAs struct{ log *slog.Logger }

func (a asFarAs) Level() slog.Level {
	if a.log.Enabled(context.Background(), slog.LevelDebug) {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}
