package issues

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"
)

// canonical is an object as Extra has it: names sorted by RFC 8785 at every
// level, no spaces, strings escaped where they must be, numbers as they were
// written; nil, where it is empty.
func canonical(object []byte) ([]byte, error) {
	value := jsontext.Value(object)
	if err := value.Format(jsontext.ReorderRawObjects(true)); err != nil {
		var syntax *jsontext.SyntacticError
		if errors.As(err, &syntax) { // whose offset is in no file
			err = syntax.Err
		}
		return nil, err
	}
	return unlessEmpty(value), nil
}

func unlessEmpty(object []byte) []byte {
	if string(object) == "{}" {
		return nil
	}
	return object
}

// compareNames orders names as canonical does: by their UTF-16.
func compareNames(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

// mergeExtra is the canonical object of the members of two. The first has no
// spaces.
func mergeExtra(members, extra []byte) ([]byte, error) {
	extra, err := canonical(extra)
	switch {
	case err != nil:
		return nil, err
	case extra == nil:
		return canonical(members)
	case extra[0] != '{':
		return nil, fmt.Errorf("%s is no object", shown(string(extra)))
	case len(members) == len("{}"):
		return extra, nil
	}
	return canonical(append(append(members[:len(members)-1:len(members)-1], ','), extra[1:]...))
}
