package records

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	firstRead = 4 << 10
	maxRaw    = 64 << 10 // bytes kept of a bad record
)

// window is the part of a file that is in memory. It moves over the file and
// grows only if a record does not fit. It is a string, so that fields can be
// parts of it.
type window struct {
	src   io.ReaderAt
	text  string // the file from byte off on
	off   int64
	pos   int  // the first byte of text that is not done with
	valid int  // the bytes of text, from its beginning, that are UTF-8; unknown: not looked at yet
	eof   bool // text reaches to the end of the file

	buf   []byte
	chunk int // bytes to read at a time
	most  int // bytes that must fit
}

const unknown = -1

// rest is what is in memory and not done with.
func (w *window) rest() string { return w.text[w.pos:] }

// offset is the place of rest in the file.
func (w *window) offset() int64 { return w.off + int64(w.pos) }

// validPart returns how many of the next n bytes, from the first on, are UTF-8.
// Only where something in the window is not does this cost anything.
func (w *window) validPart(n int) int {
	if w.valid == unknown {
		w.valid = validUTF8(w.text)
	}
	if w.pos+n <= w.valid {
		return n
	}
	return validUTF8(w.rest()[:n])
}

// validUTF8 returns how many bytes of s, from the first on, are UTF-8.
func validUTF8(s string) int {
	if utf8.ValidString(s) {
		return len(s)
	}
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return len(s)
}

// moveTo empties the window and moves it.
func (w *window) moveTo(off int64) {
	w.text, w.off, w.pos, w.valid, w.eof = "", off, 0, unknown, false
}

// fill puts more of the file behind rest, or sets eof. It reads little at first,
// as a page of few records needs no more, and as much again as rest where that is
// long, so that the time is linear in the length of a record.
func (w *window) fill() error {
	rest := w.rest()
	size := min(max(2*len(w.buf), firstRead), w.chunk)
	size = max(size, min(len(rest), w.most-len(rest)))
	if size > len(w.buf) {
		w.buf = make([]byte, size)
	}
	w.moveTo(w.offset())
	off := w.off + int64(len(rest))
	n, err := w.src.ReadAt(w.buf, off)
	if err != nil && err != io.EOF {
		return fmt.Errorf("reading at byte %d: %w", off, err)
	}
	w.eof = err == io.EOF

	var text strings.Builder
	text.Grow(len(rest) + n)
	text.WriteString(rest)
	text.Write(w.buf[:n])
	w.text = text.String()
	return nil
}

// skipLine moves behind the first LF that comes after so many bytes, without
// holding the line, and returns the beginning of what it passes over.
func (w *window) skipLine(after int) (raw []byte, err error) {
	for {
		rest := w.rest()
		n := len(rest)
		lf := strings.IndexByte(rest[after:], '\n')
		if lf >= 0 {
			n = after + lf + 1
		}
		raw = append(raw, rest[:min(n, maxRaw-len(raw))]...)
		w.pos += n
		if lf >= 0 || w.eof {
			return raw, nil
		}
		after = 0
		if err := w.fill(); err != nil {
			return nil, err
		}
	}
}
