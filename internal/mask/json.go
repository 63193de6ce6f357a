package mask

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// JSON is a JSON value with *** for each value of the mask in its texts and names, and
// in place of a number that is one. What is not JSON is masked whole. It changes nothing
// in text.
func (m *Mask) JSON(text json.RawMessage) json.RawMessage {
	return m.rewrite(text, func(f finding) bool { return f.shown })
}

// Input is JSON of an input, which is hidden by the measure of [Mask.Holds] alone:
// what is on record of it is to tell it from others.
func (m *Mask) Input(text json.RawMessage) json.RawMessage {
	return m.rewrite(text, func(f finding) bool { return f.held })
}

func (m *Mask) rewrite(text json.RawMessage, hides func(finding) bool) json.RawMessage {
	if m.Empty() || len(text) == 0 {
		return text
	}
	var out bytes.Buffer
	to := jsontext.NewEncoder(&out)
	changed := false
	err := m.tokens(text, func(_ jsontext.Pointer, token jsontext.Token, found finding) error {
		if hides(found) {
			changed = true
			token = jsontext.String(m.replace(token))
		}
		return write(to, token)
	})
	switch {
	case err != nil:
		return json.RawMessage(`"` + hidden + `"`)
	case !changed:
		return text
	}
	return bytes.TrimSpace(out.Bytes())
}

// write writes a token. A name that stands there already, as where two were hidden, is
// given a number.
func write(to *jsontext.Encoder, token jsontext.Token) error {
	err := to.WriteToken(token)
	for n := 2; errors.Is(err, jsontext.ErrDuplicateName); n++ {
		err = to.WriteToken(jsontext.String(token.String() + " " + strconv.Itoa(n)))
	}
	return err
}

// In is where a JSON value holds a value of the mask, by the measure of [Mask.Holds]: a
// JSON pointer, itself masked.
func (m *Mask) In(text json.RawMessage) (pointer string, found bool) {
	if m.Empty() || len(text) == 0 {
		return "", false
	}
	err := m.tokens(text, func(at jsontext.Pointer, _ jsontext.Token, f finding) error {
		if f.held && !found {
			pointer, found = m.String(string(at)), true
		}
		return nil
	})
	return pointer, found || err != nil
}

// finding is what a token has of the mask's values.
type finding struct {
	shown bool // one that is hidden where it is shown
	held  bool // one by the measure of Holds
}

// tokens calls each with every token of a JSON value, and where it stands.
func (m *Mask) tokens(text []byte, each func(jsontext.Pointer, jsontext.Token, finding) error) error {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var found finding
		switch token.Kind() {
		case '"':
			s := token.String()
			found = finding{m.String(s) != s, m.Holds(s)}
		case '0':
			is := m.numeric(token.String())
			found = finding{is, is}
		}
		if err := each(d.StackPointer(), token, found); err != nil {
			return err
		}
	}
}

// numeric reports whether a number, as it is written, is one of the values.
func (m *Mask) numeric(text string) bool { return slices.Contains(m.numbers, text) }

func (m *Mask) replace(token jsontext.Token) string {
	if token.Kind() == '"' {
		return m.String(token.String())
	}
	return hidden
}
