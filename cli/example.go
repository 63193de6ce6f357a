package cli

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/internal/term"
)

// inFlags is an input as the flags that give it, each behind a space; where there
// are none for a part of it, all of it as --input.
func inFlags(input []byte, all []property) string {
	value, err := parseOrdered(input)
	object, ok := value.(members)
	if err != nil || !ok {
		return " --input " + shellWord(string(input))
	}
	var b strings.Builder
	if !writeFlags(&b, object, nil, all) {
		return " --input " + shellWord(string(input))
	}
	return b.String()
}

// writeFlags writes the flags of an object's members, and reports whether there
// were flags for all.
func writeFlags(b *strings.Builder, object members, at []string, all []property) bool {
	for _, m := range object {
		path := append(slices.Clone(at), m.name)
		if inner, ok := m.value.(members); ok && len(inner) > 0 {
			if !writeFlags(b, inner, path, all) {
				return false
			}
			continue
		}
		i := slices.IndexFunc(all, func(p property) bool { return slices.Equal(p.path, path) })
		if i < 0 || !all[i].writeFlag(b, m.value) {
			return false
		}
	}
	return true
}

// writeFlag writes a value as a flag, or a list as several, and reports whether
// they mean it.
func (p property) writeFlag(b *strings.Builder, value any) bool {
	flag := p.flag()
	list, isList := value.([]any)
	switch {
	case flag == "" || p.takes == takesFile || p.takes == takesJSON || isList != (p.takes == takesList) || isList && len(list) == 0:
		return false
	case p.takes == takesSwitch && value == true:
		b.WriteString(" " + flag)
		return true
	case p.takes == takesSwitch && value == false:
		b.WriteString(" --no-" + flag[len("--"):])
		return true
	case !isList:
		list = []any{value}
	}
	for _, v := range list {
		raw, err := json.Marshal(v)
		if err != nil {
			return false
		}
		text := unquoted(jsontext.Value(raw))
		if meant, err := p.parse(text); err != nil || !bytes.Equal(bytes.TrimSpace(meant), raw) {
			return false
		}
		if strings.HasPrefix(text, "-") && text != "-" || text == "" {
			b.WriteString(" " + flag + "=" + shellWord(text))
		} else {
			b.WriteString(" " + flag + " " + shellWord(text))
		}
	}
	return true
}

// shellWord makes text one word of a shell's command line. What a terminal must not get
// is spelled out, as bash, zsh and ksh read it.
func shellWord(s string) string {
	if term.Escape(s) != s {
		return "$'" + term.Escape(strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s)) + "'"
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r < 0x80 && !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:@_", r)
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
