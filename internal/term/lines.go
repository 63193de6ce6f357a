package term

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"

	"golang.org/x/term"
)

// ErrEnded means that the person at the terminal ended the asking, with Ctrl-C or
// Ctrl-D.
var ErrEnded = errors.New("ended at the terminal")

// Lines asks a person at a terminal for lines, which can be edited.
type Lines struct {
	in    io.Reader
	out   io.Writer
	fd    int
	t     *term.Terminal
	words []string // that Tab completes
}

// NewLines asks on out and reads from in, which is a terminal.
func NewLines(in io.Reader, out io.Writer) (*Lines, error) {
	fd, ok := descriptor(in)
	if !ok {
		return nil, errors.New("not a terminal")
	}
	l := &Lines{in: in, out: out, fd: fd}
	l.begin()
	return l, nil
}

// begin makes a terminal that has read nothing.
func (l *Lines) begin() {
	l.t = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{l.in, l.out}, "")
	l.t.AutoCompleteCallback = l.complete
	if width, height, err := term.GetSize(l.fd); err == nil && width > 0 {
		_ = l.t.SetSize(width, height) // without it the lines are of 80 columns
	}
}

// Discard forgets what has been typed, or pasted, and not yet asked for.
func (l *Lines) Discard() {
	l.begin()
	discard(l.fd)
}

// Line asks for a line. Tab completes the words that it may begin with.
func (l *Lines) Line(prompt string, words []string) (string, error) {
	l.words = words
	l.t.SetPrompt(prompt)
	return l.raw(l.t.ReadLine)
}

// Secret asks for a line that is not shown.
func (l *Lines) Secret(prompt string) (string, error) {
	return l.raw(func() (string, error) { return l.t.ReadPassword(prompt) })
}

// raw reads with the terminal handing over each key. Whatever ends the process
// meanwhile, the terminal is as it was.
func (l *Lines) raw(read func() (string, error)) (string, error) {
	before, err := term.MakeRaw(l.fd)
	if err != nil {
		return "", err
	}
	restore := func() { _ = term.Restore(l.fd, before) } // there is nothing else to try
	defer restore()
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, endings...)
	go func() {
		for s := range caught {
			restore()
			again(s)
		}
	}()
	defer func() {
		signal.Stop(caught) // nothing is sent any more
		close(caught)       // what was sent is still handled
	}()
	line, err := read()
	switch {
	case errors.Is(err, io.EOF):
		return "", ErrEnded
	case errors.Is(err, term.ErrPasteIndicator):
		err = nil
	}
	return line, err
}

// again sends a signal to this process, for which it now has its own effect.
func again(s os.Signal) {
	signal.Reset(endings...)
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Signal(s)
	}
}

// complete puts the one word that a line begins into its place.
func (l *Lines) complete(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' {
		return "", 0, false
	}
	var found []string
	for _, word := range l.words {
		if strings.HasPrefix(word, line[:pos]) {
			found = append(found, word)
		}
	}
	if len(found) != 1 {
		return line, pos, true // no tab into the line
	}
	return found[0], len(found[0]), true
}
