package runner

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxImage = 64 << 10 // bytes of a before or after image that is kept whole
	maxText  = 1 << 10  // and of a text in one that is not
)

// sample is a before or after image as a preview shows it. Of one that is too large
// the long texts are cut, with a note of how much more there was and a sum that
// tells two such texts apart; where that is not enough the note alone stays.
func (e *effects) sample(v any) json.RawMessage {
	image := e.mask.JSON(marshalSample(v)) // before it is cut: a part of a secret is not known for one
	if len(image) <= maxImage {
		return image
	}
	if cut, err := shorten(image); err == nil && len(cut) <= maxImage {
		return cut
	}
	return mustMarshalText(strings.TrimSpace(more(string(image), "")))
}

// shorten cuts the long texts of a JSON value.
func shorten(image []byte) ([]byte, error) {
	var out bytes.Buffer
	from, to := jsontext.NewDecoder(bytes.NewReader(image)), jsontext.NewEncoder(&out)
	for {
		token, err := from.ReadToken()
		if errors.Is(err, io.EOF) {
			return bytes.TrimSpace(out.Bytes()), nil
		}
		if err != nil {
			return nil, err
		}
		if text := token.String(); token.Kind() == '"' && len(text) > maxText {
			kept := text[:maxText]
			for !utf8.ValidString(kept) {
				kept = kept[:len(kept)-1]
			}
			token = jsontext.String(more(text, kept))
		}
		if err := to.WriteToken(token); err != nil {
			return nil, err
		}
	}
}

// more is the beginning of a text and a note of the rest.
func more(text, kept string) string {
	return fmt.Sprintf("%s … %d more bytes, SHA-256 %.8x…", kept, len(text)-len(kept), sha256.Sum256([]byte(text)))
}
