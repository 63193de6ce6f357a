package scaffold

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is what a task is made of.
type Kind string

// The kinds of tasks.
const (
	KindTx      Kind = "tx"      // one step inside a transaction
	KindOnce    Kind = "once"    // one step outside any
	KindBatches Kind = "batches" // many items, in batches with checkpoints
	KindImport  Kind = "import"  // the rows of a CSV file, in batches
	KindExport  Kind = "export"  // a CSV file
)

// Kinds are all of them, the default first.
func Kinds() []Kind { return []Kind{KindTx, KindOnce, KindBatches, KindImport, KindExport} }

// traits are what differs between the kinds beside their code.
type traits struct {
	effect  string
	timeout string
	inputs  []input
	output  output
	second  output // optional
	call    string // that registers it: a template
}

// output is a count in a task's result.
type output struct{ name, description string }

// sampleFile is the name of a file in samples, as JSON.
const sampleFile = `"rows.csv"`

// dryRun is the name of the input by which the runner goes.
const dryRun = "dryRun"

func dryRunInput() input {
	return input{
		name: dryRun, goName: "DryRun", kind: "boolean", preset: "true", sample: "true",
		more: []string{"description: Report what would change and write nothing."},
	}
}

func file(use, description string) input {
	return input{
		name: "file", goName: "File", kind: "string", sample: sampleFile,
		more: []string{"minLength: 1", "x-file: " + use, "description: " + description},
	}
}

func (k Kind) traits() (traits, bool) {
	id := func(name, preset, sample, description string) input {
		return input{ // up to what every JSON reader keeps, so that there is a next one
			name: name, goName: exported(name), kind: "integer", preset: preset, sample: sample,
			more: []string{"minimum: 1", "maximum: 9007199254740991", "description: " + description},
		}
	}
	switch k {
	case KindTx:
		return traits{
			effect: "write", timeout: "10m", inputs: []input{dryRunInput()},
			output: output{"changed", "Things that were changed."},
			call:   `{{runner}}.HandleTx({{registry}}, "{{task}}", {{func}})`,
		}, true
	case KindOnce:
		return traits{
			effect: "read", timeout: "10m",
			output: output{"found", "Things that were found."},
			call:   `{{runner}}.Handle({{registry}}, "{{task}}", {{func}})`,
		}, true
	case KindBatches:
		return traits{
			effect: "write", timeout: "2h",
			inputs: []input{id("from", "1", "1", "The first ID."), id("to", "", "2500", "The last ID."), dryRunInput()},
			output: output{"done", "Items that were done."},
			call:   `{{runner}}.HandleBatches({{registry}}, "{{task}}", {{func}}Page, {{func}}Item.cursor, {{func}}Batch).Count({{func}}Total)`,
		}, true
	case KindImport:
		return traits{
			effect: "write", timeout: "2h",
			inputs: []input{file("read", "The CSV file, in UTF-8; - is standard input."), dryRunInput()},
			output: output{"accepted", "Rows that were taken in."}, second: output{"rejected", "Rows that were not."},
			call: `{{runner}}.HandleBatches({{registry}}, "{{task}}", {{func}}Page, {{func}}End, {{func}}Batch).ReadAhead()`,
		}, true
	case KindExport:
		return traits{
			effect: "read", timeout: "2h",
			inputs: []input{file("write", "The CSV file; - is standard output."), {
				name: "overwrite", goName: "Overwrite", kind: "boolean", preset: "false", sample: "true",
				more: []string{"description: Replace a file that is there."},
			}},
			output: output{"rows", "Rows that were written."},
			call:   `{{runner}}.Handle({{registry}}, "{{task}}", {{func}})`,
		}, true
	}
	return traits{}, false
}

// batched reports whether a task of the kind goes over many items.
func (k Kind) batched() bool { return k == KindBatches || k == KindImport }

// outside reports whether it works outside a transaction.
func (k Kind) outside() bool { return k == KindOnce || k == KindExport }

// newTask reads what is asked for.
func newTask(t Task) (*taskCode, error) {
	if t.Kind == "" {
		t.Kind = KindTx
	}
	of, ok := t.Kind.traits()
	if !ok {
		return nil, &Refusal{"no kind " + string(t.Kind), fmt.Sprint("take one of ", Kinds())}
	}
	if err := checkName("task", t.Name); err != nil {
		return nil, err
	}
	if t.Description == "" {
		words := strings.ReplaceAll(t.Name, "-", " ")
		t.Description = strings.ToUpper(words[:1]) + words[1:] + "."
	}
	if !printable(t.Description) || strings.TrimSpace(t.Description) == "" {
		return nil, &Refusal{"the description is not one line of text", "leave line breaks and control characters out"}
	}
	inputs, err := merge(of.inputs, t.Fields)
	if err != nil {
		return nil, err
	}
	c := &taskCode{
		kind: t.Kind, task: t.Feature + "." + t.Name, name: t.Name, description: t.Description,
		effect: of.effect, timeout: of.timeout, inputs: inputs,
		outputs: []output{of.output}, call: of.call,
	}
	if of.second.name != "" {
		c.outputs = append(c.outputs, of.second)
	}
	if i := slices.IndexFunc(inputs, func(f input) bool { return f.name == dryRun }); i >= 0 {
		c.dryRun, c.dryByDefault = true, inputs[i].preset == "true"
		if t.Kind.outside() {
			c.call += ".DryRun()"
		}
		if t.Kind == KindOnce {
			c.effect = "write"
		}
	}
	return c, nil
}
