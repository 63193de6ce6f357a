package scaffold

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// jsonText is a string as JSON, which YAML reads in double quotes.
func jsonText(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// yamlText is a string in block style: plain where no reader takes it for anything
// else.
func yamlText(s string) string {
	const words = "true false null yes no on off y n"
	letter := s != "" && (s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z')
	for i := range len(s) {
		c := s[i]
		plain := c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte(" .,'()/_-", c) >= 0
		if !plain {
			return jsonText(s)
		}
	}
	if !letter || s[len(s)-1] == ' ' || slices.Contains(strings.Fields(words), strings.ToLower(s)) {
		return jsonText(s)
	}
	return s
}

// yamlOf is a JSON value in YAML, within braces too.
func yamlOf(value string) string {
	var s string
	if json.Unmarshal([]byte(value), &s) != nil || strings.Contains(s, ",") {
		return value
	}
	return yamlText(s)
}

// printable reports whether s is one line that a manifest takes.
func printable(s string) bool {
	for _, r := range s {
		if unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) || r == '\uFEFF' {
			return false
		}
	}
	return utf8.ValidString(s)
}
