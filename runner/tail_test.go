package runner

import (
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

// The record keeps what is worth telling, and what the front end was asked for beyond
// that.
func TestTheRecordKeepsWhatTheFrontEndShows(t *testing.T) {
	t.Parallel()
	for level, want := range map[slog.Level]string{
		slog.LevelDebug: "debug info warn", slog.LevelInfo: "info warn", slog.LevelError: "info warn",
	} {
		kept := newTail(nil)
		log := logInto(kept, slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: level})), ports.Run{}, new(atomic.Int64))
		log.Debug("debug")
		log.Info("info")
		log.Warn("warn")
		var got []string
		for _, line := range kept.lines() {
			_, said, _ := strings.Cut(line, "msg=")
			got = append(got, said)
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("at %s: %q, want %q", level, got, want)
		}
	}
}
