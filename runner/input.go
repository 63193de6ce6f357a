package runner

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Bounds of an input, checked before anything interprets it.
const (
	MaxInput = 10 << 20 // bytes
	maxDepth = 100
)

// resolve turns an input's text into canonical JSON: parsed strictly, defaults
// filled in, validated, and proved to fit the handler's type. In that order.
func (t *task) resolve(text []byte) ([]byte, *Error) {
	if text == nil {
		text = []byte("{}")
	}
	if err := parseInput(text); err != nil {
		return nil, t.refuse(err.Violations...)
	}
	canonical, violations := t.input.Resolve(text)
	if len(violations) > 0 {
		return nil, t.refuse(violations...)
	}
	if err := t.handler.fits(canonical); err != nil {
		return nil, t.refuse(misfit(err))
	}
	return canonical, nil
}

func (t *task) refuse(violations ...Violation) *Error {
	return &Error{
		Code: CodeInput, Message: "input refused for " + t.Name, Violations: violations,
		Hint: t.show,
	}
}

// parseInput accepts one well-formed JSON value within the bounds: no duplicate
// member, no invalid UTF-8, nothing after it.
func parseInput(text []byte) *InputError {
	if len(text) > MaxInput {
		return malformed("", fmt.Sprintf("is over %d MiB", MaxInput>>20))
	}
	if valid := validPart(text); valid < len(text) {
		return malformed("", fmt.Sprintf("is not UTF-8, at byte %d", valid))
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return malformed("", "is empty; write {} for an input without members")
	}
	d := jsontext.NewDecoder(bytes.NewReader(text))
	for first := true; ; first = false {
		_, err := d.ReadToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return syntaxError(err)
		case d.StackDepth() > maxDepth:
			return malformed(string(d.StackPointer()), fmt.Sprintf("is nested deeper than %d", maxDepth))
		case d.StackDepth() == 0 && !first && d.InputOffset() < int64(len(bytes.TrimRight(text, " \t\r\n"))):
			return malformed("", fmt.Sprintf("has more text after its end, at byte %d", d.InputOffset()))
		}
	}
}

func malformed(pointer, message string) *InputError {
	return &InputError{Violations: []Violation{{Pointer: pointer, Keyword: "json", Message: message}}}
}

// validPart is how many bytes of text, from the first on, are UTF-8.
func validPart(text []byte) int {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

// syntaxError says where the text is broken and nothing of it: it may be a secret.
func syntaxError(err error) *InputError {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return malformed("", "is not JSON")
	}
	message := fmt.Sprintf("is not JSON, at byte %d", syntax.ByteOffset)
	if errors.Is(err, jsontext.ErrDuplicateName) {
		message = "is given twice"
	}
	return malformed(string(syntax.JSONPointer), message)
}

// misfit is a value that the schema accepts and the handler's type does not
// hold, such as 2^63 for an int64. The value itself is not repeated.
func misfit(err error) Violation {
	v := Violation{Keyword: "type", Message: "does not fit the handler's input"}
	var semantic *jsonv2.SemanticError
	if errors.As(err, &semantic) {
		v.Pointer = string(semantic.JSONPointer)
		if semantic.GoType != nil {
			v.Message = "does not fit " + semantic.GoType.String()
		}
	}
	return v
}

// refusedPointers are the violations as an audit event names them: where and
// which keyword, never a value.
func refusedPointers(violations []Violation) []map[string]string {
	named := make([]map[string]string, 0, len(violations))
	for _, v := range violations {
		named = append(named, map[string]string{"pointer": v.Pointer, "keyword": v.Keyword})
	}
	return slices.Clip(named)
}
