package runner

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a text of an input that is not for others to see: a type for the fields of
// a handler's input that its schema marks writeOnly. However it is printed, logged or
// marshalled, [secret] is what comes of it; Reveal alone gives the text. It is decoded
// from a JSON string. The zero value is the empty text.
//
// Two secrets of the same text need not be equal by ==: compare what they reveal.
type Secret struct {
	text *string // a pointer: fmt prints an unexported field of a struct by itself, and of a pointer the address
}

// NewSecret is a secret, for tests of what takes one.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// concealed stands wherever a Secret would be shown.
const concealed = "[secret]"

// Reveal is the text itself.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether the text is empty.
func (s Secret) IsZero() bool { return s.text == nil }

func (Secret) String() string               { return concealed }
func (Secret) GoString() string             { return concealed }
func (Secret) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, concealed) }
func (Secret) LogValue() slog.Value         { return slog.StringValue(concealed) }
func (Secret) MarshalText() ([]byte, error) { return []byte(concealed), nil }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + concealed + `"`), nil }

// UnmarshalText takes the text over.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}
