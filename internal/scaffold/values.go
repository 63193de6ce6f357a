package scaffold

import (
	"fmt"
	"maps"
	"path"
	"strings"
)

// values are what the templates of a feature are filled with.
func (f featureCode) values() map[string]string {
	var fields []string
	var imports string
	for _, l := range f.lent {
		fields = append(fields, l.field+" "+l.typ)
	}
	if f.uses("slog") {
		imports += "\"log/slog\"\n\n"
	}
	if f.uses("ports") {
		imports += "\"" + f.beignet + "/ports\"\n"
	}
	return map[string]string{
		"package": f.pkg, "feature": f.feature, "module": f.module, "beignet": f.beignet,
		"deps": f.deps, "fields": structure(fields), "imports": imports,
		"session": f.filled(func(l lent) string { return "s." + l.session() }),
	}
}

// values are what the templates of a task are filled with.
func (c *taskCode) values() map[string]string {
	var inputs []string
	for _, f := range c.inputs {
		inputs = append(inputs, fmt.Sprintf("%s %s `json:%q`", f.goName, f.goType(), f.name))
	}
	values := c.featureCode.values()
	maps.Copy(values, map[string]string{
		"task": c.task, "type": c.typeName, "func": c.funcName, "inputs": structure(inputs), "files": c.files,
		"manifest": path.Join("../..", c.manifest), "wet": c.sample(true), "dry": "", "ifdry": "",
		"few": strings.Replace(c.sample(true), manyItems, fewItems, 1),
	})
	if c.dryRun {
		values["ifdry"] = ifDry
	}
	if c.dryByDefault {
		values["dry"] = fmt.Sprintf(dryTest, c.pkg, c.typeName, c.task, c.sample(false))
	}
	return values
}

// What says how many items a task of kind batches goes over: in its test, and in those
// of interrupted runs, of which there are as many as there are places to be.
const (
	manyItems = `"to": 2500`
	fewItems  = `"to": 5`
)

// ifDry is how a handler outside a transaction honours its dryRun.
const ifDry = `
	if in.DryRun {
		return out, nil // nothing is rolled back: what follows must not happen
	}
	// Have the effect here.`

// dryTest shows that a task says what it would do, and does it only when told to.
const dryTest = "\n\n" + `	runnertest.Run[%s.%sOutput](k, "%s", ` + "`%s`" + `)
	if !k.Last().DryRun {
		t.Error("without dryRun it writes")
	}`

// entry is the task's entry in a manifest.
func (c *taskCode) entry() ([]byte, error) {
	var results []string
	var batch, outputs string
	for _, o := range c.outputs {
		results = append(results, o.name)
		outputs += fmt.Sprintf("    %s: { type: integer, minimum: 0, description: %s }\n", o.name, o.description)
	}
	if c.kind.batched() {
		batch = "batch: { size: 1000 }\n"
	}
	examples := "  - description: Do it.\n    input: " + c.example(true) + "\n"
	if c.dryByDefault {
		examples = "  - description: See what it would do.\n    input: " + c.example(false) + "\n" + examples
	}
	return render("task.yaml.tmpl", map[string]string{
		"task": c.task, "description": yamlText(c.description), "effect": c.effect, "timeout": c.timeout, "batch": batch,
		"input": c.schema(), "results": strings.Join(results, ", "), "outputs": outputs, "examples": examples,
	})
}

// schema is the entry's input; "" where it takes none.
func (c *taskCode) schema() string {
	if len(c.inputs) == 0 {
		return ""
	}
	var required []string
	var properties string
	for _, f := range c.inputs {
		if f.required() {
			required = append(required, f.key())
		}
		properties += "    " + f.property() + "\n"
	}
	text := "input:\n  type: object\n"
	if len(required) > 0 {
		text += "  required: [" + strings.Join(required, ", ") + "]\n"
	}
	return text + "  properties:\n" + properties
}

// sample is an input of the task as JSON: the least there is, or one that writes.
func (c *taskCode) sample(wet bool) string {
	return "{" + strings.Join(c.members(wet, jsonText, func(json string) string { return json }), ", ") + "}"
}

// example is a sample as YAML within braces.
func (c *taskCode) example(wet bool) string {
	members := c.members(wet, yamlText, yamlOf)
	if len(members) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(members, ", ") + " }"
}

func (c *taskCode) members(wet bool, key, value func(string) string) []string {
	var members []string
	for _, f := range c.inputs {
		switch {
		case wet && f.name == dryRun:
			members = append(members, key(f.name)+": false")
		case f.required():
			members = append(members, key(f.name)+": "+value(f.sample))
		}
	}
	return members
}
