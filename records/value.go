package records

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep arrays and objects of a value may lie in one another.
const maxDepth = 100

// values makes values of JSON text, with room for many of them.
type values struct{ room []byte }

// value returns the value that text is, without white space between its tokens.
// If it is none, the reason says why and at says before which byte.
func (v *values) value(text string) (value json.RawMessage, at int, reason string) {
	if strings.Count(text, "{")+strings.Count(text, "[") > maxDepth {
		if tooDeep(text) > 0 {
			at, reason = valueFault(text)
			return nil, at, reason
		}
	}
	if cap(v.room) < len(text) {
		v.room = make([]byte, 0, max(len(text), textBlock))
	}
	b := append(v.room, text...)
	b, err := jsontext.AppendFormat(b[:0], b, jsontext.PreserveRawStrings(true))
	if err != nil {
		at, reason = valueFault(text)
		return nil, at, reason
	}
	v.room = b[len(b):]
	return json.RawMessage(b[:len(b):len(b)]), 0, ""
}

const (
	cutOff      = "the value is cut off here"
	cutOffByEnd = "the value is cut off at the end of the line; is an object written over several lines? records are wanted one a line, or in an array"
)

// valueFault says before which byte and why text is not a value that is read; the
// reason is empty if it is one.
func valueFault(text string) (at int, reason string) {
	if at := tooDeep(text); at > 0 { // which jsontext notices much later
		return at, fmt.Sprintf("arrays and objects lie more than %d deep", maxDepth)
	}
	d := jsontext.NewDecoder(bytes.NewBufferString(text))
	_, err := d.ReadValue()
	if err == nil {
		rest := strings.TrimLeft(text[d.InputOffset():], space)
		if rest == "" {
			return 0, ""
		}
		return len(text) - len(rest), "text after the value"
	}
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case err == io.EOF:
		return len(text), "a value is missing here"
	case !ok:
		return 0, err.Error()
	case errors.Is(err, io.ErrUnexpectedEOF):
		return len(text), cutOff
	case errors.Is(err, jsontext.ErrDuplicateName):
		name := syntax.JSONPointer.LastToken()
		return int(syntax.ByteOffset), fmt.Sprintf("the name %.100q stands twice in its object", name)
	}
	at = int(syntax.ByteOffset)
	if validUTF8(text[at:]) == 0 {
		return at, notUTF8(text[at]) + "; if the file is Latin-1, convert it: iconv -f LATIN1 -t UTF-8"
	}
	return at, syntax.Err.Error()
}

func notUTF8(b byte) string { return fmt.Sprintf("byte 0x%02X is not UTF-8", b) }

// tooDeep returns where the first array or object begins that lies too deep, or 0.
func tooDeep(text string) int {
	var s valueScanner
	s.scan(text)
	return s.tooDeep
}

// sound reports whether text is a value of JSON but for what does not blur where
// it ends: its depth, a duplicate name, a byte that is not UTF-8.
func sound(text string) bool {
	var s syntaxScanner
	n, what := s.scan(text + " ") // which ends a number
	return n == len(text) && what == complete
}
