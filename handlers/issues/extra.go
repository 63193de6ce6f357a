package issues

import (
	"bytes"
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
		switch {
		case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntax):
			err = fmt.Errorf("the name %.100q stands twice in its object", syntax.JSONPointer.LastToken())
		case errors.As(err, &syntax): // whose offset is in no file
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
	case extra == nil || string(extra) == "null":
		return canonical(members)
	case extra[0] != '{':
		return nil, fmt.Errorf("%s is no object", shown(string(extra)))
	case len(members) == len("{}"):
		return extra, nil
	}
	return canonical(append(append(members[:len(members)-1:len(members)-1], ','), extra[1:]...))
}

// maxExtra is how deep arrays and objects of Extra may lie in one another, itself
// the first: package records reads 100, and a record of an export is one more.
const maxExtra = 99

const notReadBack = "and an export of it could not be read back"

// deeper reports whether arrays and objects of a value lie more than so deep in
// one another.
func deeper(value []byte, most int) bool {
	if bytes.Count(value, []byte("{"))+bytes.Count(value, []byte("[")) <= most {
		return false
	}
	d := jsontext.NewDecoder(bytes.NewBuffer(value))
	for d.StackDepth() <= most {
		if _, err := d.ReadToken(); err != nil {
			return false // the end
		}
	}
	return true
}
