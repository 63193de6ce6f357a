package records

import (
	"errors"
	"io"
	"strings"
)

// CSVOptions says how a [CSVWriter] writes.
type CSVOptions struct {
	// Comma separates fields. Optional: a comma. Else what CSV can have.
	Comma byte

	// GuardFormulas puts a ' before each field that begins with = + - @ TAB or CR,
	// which a spreadsheet would run. Optional. Reading the file back gives such
	// fields with the '.
	GuardFormulas bool
}

// CSVWriter writes records as [CSV] reads them, by RFC 4180. Lines end with LF. A
// field is quoted only if it needs to be, and then every byte of it is kept, CR,
// LF and NUL too: reading it back gives the same fields.
type CSVWriter struct {
	w     io.Writer
	comma byte
	guard bool
	class [256]class
	buf   []byte
	err   error
}

// class says what a byte does to a field, as a set.
type class uint8

const (
	special class = 1 << iota // has it quoted, wherever it is
	first                     // needs a closer look where it begins the field
	last                      // has it quoted where it ends the field
)

const formulas = "=+-@\t\r" // begin what a spreadsheet may run

// NewCSVWriter returns a writer to w. It must be flushed in the end.
func NewCSVWriter(w io.Writer, options CSVOptions) *CSVWriter {
	c := &CSVWriter{w: w, guard: options.GuardFormulas}
	c.comma, c.err = checkComma(options.Comma)
	c.mark(special, string(c.comma)+"\"\r\n")
	c.mark(first|last, blank)
	c.mark(first, utf8BOM[:1])
	if c.guard {
		c.mark(first, formulas)
	}
	return c
}

// blank has a field quoted at its ends, where some readers would drop it.
const blank = " \t"

func (c *CSVWriter) mark(as class, bytes string) {
	for i := range len(bytes) {
		c.class[bytes[i]] |= as
	}
}

// Write writes a record, of one field at least. After an error of the writer
// below, or with a Comma that cannot be one, each Write and Flush returns that.
func (c *CSVWriter) Write(fields []string) error {
	if c.err != nil {
		return c.err
	}
	if len(fields) == 0 {
		return errors.New("a record without fields cannot be written as CSV")
	}
	buf := c.buf
	for i, f := range fields {
		if i > 0 {
			buf = append(buf, c.comma)
		}
		if f == "" {
			continue
		}
		found := c.find(f)
		if found|c.class[f[0]]&first|c.class[f[len(f)-1]]&last == 0 {
			buf = append(buf, f...)
		} else {
			buf = c.appendField(buf, f, found == special)
		}
	}
	if len(fields) == 1 && fields[0] == "" {
		buf = append(buf, `""`...) // else it would be an empty line, which is no record
	}
	c.buf = append(buf, '\n')
	if len(c.buf) >= writeSize {
		return c.Flush()
	}
	return nil
}

const writeSize = 32 << 10 // bytes to write at a time, or more

// Flush writes what is held back.
func (c *CSVWriter) Flush() error {
	if c.err == nil && len(c.buf) > 0 {
		_, c.err = c.w.Write(c.buf)
		c.buf = c.buf[:0]
	}
	return c.err
}

// find returns special if a byte of f is that.
func (c *CSVWriter) find(f string) class {
	if len(f) >= 64 { // from here on this is the faster way
		if strings.IndexByte(f, '\n') >= 0 || strings.IndexByte(f, c.comma) >= 0 || strings.IndexByte(f, '"') >= 0 || strings.IndexByte(f, '\r') >= 0 {
			return special
		}
		return 0
	}
	var all class
	for i := range len(f) {
		all |= c.class[f[i]]
	}
	return all & special
}

// appendField appends a field that may have to be guarded or quoted.
func (c *CSVWriter) appendField(buf []byte, f string, quoted bool) []byte {
	guard := ""
	if c.guard && strings.IndexByte(formulas, f[0]) >= 0 {
		guard = "'"
		quoted = quoted || c.comma == guard[0]
	} else {
		quoted = quoted || strings.IndexByte(blank, f[0]) >= 0 || strings.HasPrefix(f, utf8BOM)
	}
	if !quoted && strings.IndexByte(blank, f[len(f)-1]) < 0 {
		return append(append(buf, guard...), f...)
	}
	buf = append(append(buf, '"'), guard...)
	for {
		q := strings.IndexByte(f, '"')
		if q < 0 {
			return append(append(buf, f...), '"')
		}
		buf = append(append(buf, f[:q+1]...), '"')
		f = f[q+1:]
	}
}
