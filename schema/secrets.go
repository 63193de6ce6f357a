package schema

import (
	stdjson "encoding/json"
	"maps"
	"slices"
	"strconv"
)

// redacted stands where a secret was.
const redacted = "***"

// A Secret is a text or number in a value at a place that the schema marks
// writeOnly.
type Secret struct {
	Pointer string
	Text    string // never empty
}

// Secrets returns the secrets of value, members sorted by name. A place is secret
// when any schema that may apply to it says writeOnly, taken branch or not; of
// an object or array that is secret, each text and number in it. It returns
// nothing for what is not JSON.
func (s *Schema) Secrets(value []byte) []Secret {
	v, _, err := decode(value)
	if err != nil {
		return nil
	}
	var secrets []Secret
	redact(s.nodes[:1], "", v, &secrets)
	return secrets
}

// Redact returns value with each secret, of whatever type, replaced by "***",
// as JSON with sorted members. What is not JSON is redacted whole.
func (s *Schema) Redact(value []byte) []byte {
	v, _, err := decode(value)
	if err != nil {
		return encode(redacted)
	}
	var secrets []Secret
	return encode(redact(s.nodes[:1], "", v, &secrets))
}

// redact returns v without its secrets, which it appends to secrets. It changes
// nothing in v.
func redact(nodes []*node, at string, v any, secrets *[]Secret) any {
	set := collect(nodes, true)
	if slices.ContainsFunc(set, func(n *node) bool { return n.flag("writeOnly") }) {
		leaves(at, v, secrets)
		return redacted
	}
	switch v := v.(type) {
	case map[string]any:
		clean := make(map[string]any, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			clean[name] = redact(property(set, name, true), join(at, name), v[name], secrets)
		}
		return clean
	case []any:
		clean := make([]any, len(v))
		for i, member := range v {
			clean[i] = redact(item(set, i, true), index(at, i), member, secrets)
		}
		return clean
	}
	return v
}

// leaves appends the texts and numbers in v.
func leaves(at string, v any, secrets *[]Secret) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			leaves(join(at, name), v[name], secrets)
		}
	case []any:
		for i, member := range v {
			leaves(index(at, i), member, secrets)
		}
	case stdjson.Number:
		*secrets = append(*secrets, Secret{at, v.String()})
	case string:
		if v != "" {
			*secrets = append(*secrets, Secret{at, v})
		}
	}
}

// index extends a JSON pointer by the index of an item.
func index(at string, i int) string { return at + "/" + strconv.Itoa(i) }
