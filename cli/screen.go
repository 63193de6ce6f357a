package cli

import (
	"io"
	"sync"

	"github.com/beignet-go/beignet/internal/term"
)

// screen is standard error: lines that stay, and on a terminal a last line that
// is drawn again and again below them. It is safe for concurrent use.
type screen struct {
	term.Terminal
	w    io.Writer
	dumb bool // a terminal that cannot redraw

	mu     sync.Mutex
	last   string // the last line as drawn; "": none
	sealed bool   // no last line is drawn any more
}

const clearLine = "\r\x1b[K"

// Write writes whole lines above the last one.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == "" {
		return s.w.Write(p)
	}
	text := append(append([]byte(clearLine), p...), s.last...)
	if _, err := s.w.Write(text); err != nil {
		return 0, err
	}
	return len(p), nil
}

// print writes text that is fit for a terminal. Where standard error is gone
// there is nobody to tell.
func (s *screen) print(text string) { _, _ = io.WriteString(s, text) }

// redraws reports whether there can be a last line.
func (s *screen) redraws() bool { return s.Interactive && !s.dumb }

// redraw draws the last line anew.
func (s *screen) redraw(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sealed || line == s.last {
		return
	}
	s.last = line
	_, _ = io.WriteString(s.w, clearLine+line) // as print
}

// seal takes the last line away for good: a handler that was abandoned may still
// report progress.
func (s *screen) seal() {
	s.redraw("")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sealed = true
}
