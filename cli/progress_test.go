package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/ports"
)

func observed(interactive bool) (*progress, *screen, *strings.Builder, *time.Time) {
	var out strings.Builder
	now := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
	s := &screen{w: &out, Terminal: term.Terminal{Interactive: interactive}}
	p := (&call{err: s}).newProgress("issues.import", nil)
	p.now, p.began = func() time.Time { return now }, now
	p.next = now.Add(lineEvery)
	if interactive {
		p.next = now.Add(barAfter)
	}
	return p, s, &out, &now
}

// Off a terminal progress is a line every few seconds, and none for a quick run.
func TestProgressLines(t *testing.T) {
	t.Parallel()
	p, s, out, now := observed(false)
	total := int64(10_000)
	for n := int64(1000); n <= 8000; n += 1000 {
		*now = now.Add(2 * time.Second)
		p.observe("r", ports.Progress{Processed: n, Failed: n / 4000, Total: &total})
	}
	*now = now.Add(time.Hour)
	p.observe("r", ports.Progress{Processed: 12_345})
	s.seal()
	want := "issues.import  3,000 of 10,000  30%  500/s  14s left\n" +
		"issues.import  6,000 of 10,000  60%  500/s  1 failed  8s left\n" +
		"issues.import  12,345  1/s\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}
}

// A run that goes on has done nothing of the earlier attempts' items now.
func TestProgressOfAResumedRun(t *testing.T) {
	t.Parallel()
	p, _, out, now := observed(false)
	p.before = 9000
	total := int64(10_000)
	*now = now.Add(5 * time.Second)
	p.observe("r", ports.Progress{Processed: 9500, Total: &total})
	if want := "issues.import  9,500 of 10,000  95%  100/s  5s left\n"; out.String() != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

// On a terminal it is one line, below what else is written, and gone at the end.
func TestProgressBar(t *testing.T) {
	t.Parallel()
	p, s, out, now := observed(true)
	total := int64(4)
	p.observe("r", ports.Progress{Processed: 1, Total: &total}) // too early
	*now = now.Add(time.Second)
	p.observe("r", ports.Progress{Processed: 1, Total: &total})
	s.print("a log line\n")
	s.seal()
	*now = now.Add(time.Second)
	p.observe("r", ports.Progress{Processed: 3, Total: &total}) // an abandoned handler
	bar := strings.Repeat("━", 6) + strings.Repeat("─", 18) + "  issues.import  1 of 4  25%  1/s  3s left"
	want := "\r\x1b[K" + bar + "\r\x1b[Ka log line\n" + bar + "\r\x1b[K"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out, want)
	}
}

// What is left goes by how fast the run is now: it may have been slowed down.
func TestProgressOfARunThatIsSlower(t *testing.T) {
	t.Parallel()
	p, s, out, now := observed(false)
	total := int64(100_000)
	for n := range int64(60) {
		*now = now.Add(time.Second)
		p.observe("r", ports.Progress{Processed: 1000 * min(n, 20), Total: &total})
	}
	s.seal()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if first, last := lines[0], lines[len(lines)-1]; !strings.Contains(first, "  800/s  ") || !strings.HasSuffix(last, "  20%  0/s") {
		t.Errorf("it began with %q and ended with %q", first, last)
	}
}
