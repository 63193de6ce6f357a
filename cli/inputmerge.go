package cli

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/runner"
)

// merge puts what was given into the object that --input holds; nil: none. What is
// no object, or not JSON, stays as it is, for the runner to refuse.
func (in *inputFlags) merge(text []byte) ([]byte, error) {
	if len(in.entries) == 0 {
		return text, nil
	}
	root := map[string]any{}
	if text != nil {
		value := jsontext.Value(text)
		if len(text) > runner.MaxInput || !value.IsValid() || value.Kind() != '{' {
			return text, nil
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&root); err != nil {
			return text, nil // as above
		}
	}
	for _, e := range in.entries {
		if !e.putInto(root) {
			return nil, usageError(fmt.Sprintf("%s gives %s, which is given already", e.flag, e.Pointer), "give it once: in --input, or with a flag")
		}
	}
	return json.Marshal(root)
}

// putInto sets the property in an object, and reports whether there was room.
func (e entry) putInto(object map[string]any) bool {
	last := len(e.path) - 1
	for _, name := range e.path[:last] {
		inner, ok := object[name].(map[string]any)
		if _, taken := object[name]; taken && !ok {
			return false
		}
		if !ok {
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	if _, taken := object[e.path[last]]; taken {
		return false
	}
	object[e.path[last]] = json.RawMessage(e.values[0])
	if e.takes == takesList {
		object[e.path[last]] = e.values
	}
	return true
}

// at is what a JSON object has at a path; nil: nothing.
func at(text []byte, path []string) json.RawMessage {
	for _, name := range path {
		var object map[string]json.RawMessage
		if json.Unmarshal(text, &object) != nil {
			return nil
		}
		text = object[name]
	}
	return text
}
