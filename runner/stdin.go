package runner

import (
	"bytes"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/schema"
)

// standardInput is how an input names it as a file.
const standardInput = "-"

// readsStandardInput reports whether an input names standard input as a file to read.
// What comes in there comes once: a run that has not read all of it cannot go on.
func readsStandardInput(fields []schema.Field, input []byte) bool {
	if !bytes.Contains(input, []byte(`"`+standardInput+`"`)) {
		return false
	}
	var value any
	if jsonv2.Unmarshal(input, &value) != nil {
		return false
	}
	return slices.ContainsFunc(fields, func(f schema.Field) bool {
		return f.File == schema.FileRead && holds(value, strings.Split(f.Pointer, "/")[1:], standardInput)
	})
}

// holds reports whether the text stands at a path into value, in which * is any item or
// any name.
func holds(value any, path []string, text string) bool {
	if len(path) == 0 {
		return value == text
	}
	switch value := value.(type) {
	case []any:
		return path[0] == "*" && slices.ContainsFunc(value, func(item any) bool { return holds(item, path[1:], text) })
	case map[string]any:
		for name, member := range value {
			if (path[0] == name || path[0] == "*") && holds(member, path[1:], text) {
				return true
			}
		}
	}
	return false
}

// inputLost reports whether a run was to read standard input and has not got all of it,
// by the files that it has read.
func (t *task) inputLost(input []byte, read []ports.InputFile) bool {
	got := slices.ContainsFunc(read, func(f ports.InputFile) bool { return f.Name == standardInput })
	return !got && readsStandardInput(t.input.Fields(), input)
}

// hasInput refuses to go on where what the run had of standard input is not kept, or
// only a part of it is.
func (x *execution) hasInput() error {
	if !readsStandardInput(x.plan.task.input.Fields(), x.run.Input) {
		return nil
	}
	file, err := x.files.Open(standardInput)
	if err != nil {
		return err
	}
	return file.Close()
}
