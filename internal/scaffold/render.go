package scaffold

import (
	"embed"
	"fmt"
	"go/format"
	"strings"
)

//go:embed templates
var templates embed.FS

// render fills a template, in which {{name}} stands for the value of that name.
// (text/template would keep every exported method of the program in the binary,
// which are 2.4 MB.)
func render(name string, values map[string]string) ([]byte, error) {
	text, err := templates.ReadFile("templates/" + name)
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	filled, err := fill(string(text), values)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	return []byte(filled), nil
}

// fill is render for the text of a template.
func fill(rest string, values map[string]string) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(rest, "{{")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		key, after, _ := strings.Cut(after, "}}")
		value, ok := values[key]
		if !ok {
			return "", fmt.Errorf("no value %s", key)
		}
		b.WriteString(value)
		rest = after
	}
}

// renderGo fills a template of Go, as gofmt writes it.
func renderGo(name string, values map[string]string) ([]byte, error) {
	text, err := render(name, values)
	if err != nil {
		return nil, err
	}
	return formatted(name, text)
}

func formatted(name string, text []byte) ([]byte, error) {
	text, err := format.Source(text)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	return text, nil
}

// structure is a struct type with fields, each a line of Go.
func structure(fields []string) string {
	if len(fields) == 0 {
		return "struct{}"
	}
	return "struct {\n" + strings.Join(fields, "\n") + "\n}"
}
