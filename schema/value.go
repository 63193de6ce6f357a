package schema

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDigits bounds what exact arithmetic on one number may cost.
const maxDigits = 1000

// decode reads one JSON value into maps, slices, strings, booleans, nil and
// encoding/json.Number, the form in which kaptinlin compares numbers exactly.
// It also returns the pointers of numbers that do not fit.
func decode(text []byte) (v any, misfits []string, err error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(text))
	if v, err = decodeNext(d, &misfits); err != nil {
		return nil, nil, err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, nil, errors.New("text after the value")
	}
	return v, misfits, nil
}

func decodeNext(d *jsontext.Decoder, misfits *[]string) (any, error) {
	token, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		return decodeObject(d, misfits)
	case '[':
		return decodeArray(d, misfits)
	case '0':
		number := token.String()
		if !fits(number) {
			*misfits = append(*misfits, string(d.StackPointer()))
		}
		return stdjson.Number(number), nil
	case '"':
		return token.String(), nil
	case 'n':
		return nil, nil
	}
	return token.Bool(), nil
}

func decodeObject(d *jsontext.Decoder, misfits *[]string) (any, error) {
	object := map[string]any{}
	for d.PeekKind() != '}' {
		token, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		if object[name], err = decodeNext(d, misfits); err != nil {
			return nil, err
		}
	}
	_, err := d.ReadToken()
	return object, err
}

func decodeArray(d *jsontext.Decoder, misfits *[]string) (any, error) {
	array := []any{}
	for d.PeekKind() != ']' {
		item, err := decodeNext(d, misfits)
		if err != nil {
			return nil, err
		}
		array = append(array, item)
	}
	_, err := d.ReadToken()
	return array, err
}

// decodeValue is decode for a value that comes from outside.
func decodeValue(text []byte) (any, []Violation) {
	v, misfits, err := decode(text)
	if err != nil {
		return nil, []Violation{{Keyword: "type", Message: "must be one JSON value"}}
	}
	slices.Sort(misfits)
	var violations []Violation
	for _, at := range misfits {
		violations = append(violations, Violation{Pointer: at, Keyword: "type", Message: "must be a number that fits a 64-bit float"})
	}
	return v, violations
}

// fits reports whether a number fits a float64, neither too large nor lost to
// zero, which also bounds the exponent that exact arithmetic must expand.
func fits(number string) bool {
	if len(number) > maxDigits {
		return false
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return false
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(number), "e")
	return f != 0 || !strings.ContainsAny(mantissa, "123456789")
}

// encode writes a decoded value with sorted members and numbers as written.
func encode(v any) []byte { return appendValue(nil, v) }

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case map[string]any:
		b = append(b, '{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, name), ':')
			b = appendValue(b, v[name])
		}
		return append(b, '}')
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, item)
		}
		return append(b, ']')
	case stdjson.Number:
		return append(b, v...)
	case string:
		return appendText(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	}
	return append(b, "null"...)
}

func appendText(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s) // fails for invalid UTF-8 alone, which it replaces
	return b
}

// join extends a JSON pointer by one escaped token.
func join(at, token string) string {
	return string(jsontext.Pointer(at).AppendToken(token))
}
