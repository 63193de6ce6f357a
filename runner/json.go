package runner

import (
	"encoding/json"
	"fmt"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// encode marshals an output, a cursor or a sample: invalid UTF-8 is an error, and
// the same value always gives the same bytes.
func encode(v any) (json.RawMessage, error) {
	return jsonv2.Marshal(v, jsonv2.Deterministic(true), jsonv1.FormatDurationAsNano(true))
}

// mustMarshalText marshals what people have written and is to be kept whatever
// they wrote: a byte that is not UTF-8 becomes U+FFFD.
func mustMarshalText(v any) json.RawMessage {
	text, err := jsonv2.Marshal(v, jsonv2.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		panic(fmt.Sprintf("%T does not marshal: %v", v, err))
	}
	return text
}

// decode unmarshals canonical input into a handler's type. Exact names only: the schema
// has let nothing else by.
func decode[In any](text []byte) (In, error) {
	var in In
	err := jsonv2.Unmarshal(text, &in, jsonv2.RejectUnknownMembers(true), jsonv1.FormatDurationAsNano(true))
	return in, err
}

// fits is decode for its error alone.
func fits[In any](text []byte) error {
	_, err := decode[In](text)
	return err
}

// restore unmarshals what encode made.
func restore(text json.RawMessage, v any) error {
	return jsonv2.Unmarshal(text, v, jsonv1.FormatDurationAsNano(true))
}
