package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/schema"
)

// inputFlags are the flags of a task's own input, and what they were given.
type inputFlags struct {
	properties []property
	entries    []entry // by flags, variables and prompts, in that order
	read       func(file string) ([]byte, error)
}

// entry is a property with its value.
type entry struct {
	*property
	flag   string           // that gave it, for a message
	values []jsontext.Value // one, or a list's
}

// add defines the flags in f.
func (in *inputFlags) add(f *flagSet) {
	for i := range in.properties {
		p := &in.properties[i]
		for _, name := range []string{p.long, p.short} {
			for n, flag := range p.flags(name) {
				f.addInput(flag, p.placeholder(), &inputValue{in: in, p: p, flag: "--" + flag, second: n == 1}, p.takes == takesList)
			}
		}
	}
}

// inputValue is one flag of one property, or its variable.
type inputValue struct {
	in     *inputFlags
	p      *property
	flag   string // with its dashes
	second bool   // of the two that a switch or a secret has: it says no, or is refused
}

func (v *inputValue) String() string   { return "" }
func (v *inputValue) IsBoolFlag() bool { return v.p.takes == takesSwitch }

// Set takes the flag's value. Its error shows no secret.
func (v *inputValue) Set(text string) error {
	if v.p.takes == takesFile {
		if v.second {
			return v.p.exposed(v.flag)
		}
		content, err := v.in.read(text)
		if err != nil {
			return &runner.Error{ // it may be the secret itself that stands there
				Code: runner.CodeFile, Message: v.flag + ": cannot read the file that it names: " + cause(err),
				Hint: "give the name of a file that holds the secret", Err: err,
			}
		}
		text = strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	}
	value, err := v.p.parse(text)
	var want wantError
	if errors.As(err, &want) && v.p.takes != takesText && v.p.takes != takesSwitch {
		return usageError(v.flag+": is not "+string(want), "") // without the value: there may be a secret in it
	}
	if err != nil {
		return err
	}
	if v.p.takes == takesSwitch && v.second {
		value = jsontext.Value(strconv.FormatBool(value.Kind() != 't'))
	}
	return v.in.give(v.p, v.flag, value)
}

// exposed refuses a secret where every user of the machine can read it.
func (p *property) exposed(where string) error {
	hint := "put it into a file and write --input @FILE"
	if flag := p.flag(); flag != "" && p.takes == takesFile {
		hint = fmt.Sprintf("write %s FILE", flag)
	}
	return usageError(where+": a secret is not given on the command line, where others can see it", hint)
}

// exposed refuses the secrets in what the command line gives: in the text of
// --input, if that stands there, or in the value of a flag.
func (in *inputFlags) exposed(text []byte, secrets func([]byte) []schema.Secret) error {
	shown := inputFlags{}
	for _, e := range in.entries {
		if e.takes != takesFile {
			shown.entries = append(shown.entries, e)
		}
	}
	byFlags, err := shown.merge(nil)
	if err != nil {
		return err
	}
	for _, found := range secrets(byFlags) {
		for _, e := range shown.entries {
			if found.Pointer == e.Pointer || strings.HasPrefix(found.Pointer, e.Pointer+"/") {
				return e.exposed(e.flag)
			}
		}
	}
	inText := secrets(text)
	if len(inText) == 0 {
		return nil
	}
	of := &property{} // a secret within a list or a map has no flag of its own
	for i := range in.properties {
		if in.properties[i].Pointer == inText[0].Pointer {
			of = &in.properties[i]
		}
	}
	return of.exposed("--input, at " + inText[0].Pointer)
}

// stdinTwice refuses an input that was read from standard input and names it as a
// file to read.
func (in *inputFlags) stdinTwice(text []byte) error {
	for _, p := range in.properties {
		if p.File == schema.FileRead && string(at(text, p.path)) == `"-"` {
			return usageError("standard input cannot be both the input and the file that it names", "write --input @FILE")
		}
	}
	return nil
}

// give takes one value, or a further one of a list.
func (in *inputFlags) give(p *property, flag string, value jsontext.Value) error {
	for i := range in.entries {
		switch e := &in.entries[i]; {
		case e.property != p:
			continue
		case p.takes == takesList && e.flag == flag:
			e.values = append(e.values, value)
			return nil
		case e.flag == flag:
			return usageError(flag+" is given twice", "give it once")
		default:
			return usageError(fmt.Sprintf("%s and %s give the same field", e.flag, flag), "give one of them")
		}
	}
	in.entries = append(in.entries, entry{p, flag, []jsontext.Value{value}})
	return nil
}

// parse makes JSON of a text. What it must be besides is for the task's schema to
// say, which every input meets.
func (p *property) parse(text string) (jsontext.Value, error) {
	kinds := strings.Split(p.Type, " or ")
	if p.takes == takesList {
		kinds = strings.Split(p.Items, " or ")
	}
	has := func(kind string) bool { return slices.Contains(kinds, kind) }
	value := jsontext.Value(text)
	if !value.IsValid() || strings.TrimSpace(text) != text {
		value = nil
	}
	switch kind := value.Kind(); {
	case kind == '0' && (has("integer") || has("number")), (kind == 't' || kind == 'f') && has("boolean"), kind == 'n' && has("null") && !has("string"):
		return value, nil
	case has("string"):
		quoted, err := jsontext.AppendQuote(nil, text)
		if err != nil {
			return nil, wantError("UTF-8")
		}
		return quoted, nil
	case has("integer"):
		return nil, wantError("a whole number")
	case has("number"):
		return nil, wantError("a number")
	case has("boolean"):
		return nil, wantError("true or false")
	case value == nil:
		return nil, wantError("JSON")
	}
	return value, nil
}

// fromVariables takes what variables say of properties that no flag and no JSON
// gives, such as BEIGNET_INPUT_FILE. They say what the first flag would, or of a
// secret what it is itself: a variable is not for all to see.
func (in *inputFlags) fromVariables(e environment, text []byte) error {
	for i := range in.properties {
		p := &in.properties[i]
		if p.variable == "" || in.has(p) || at(text, p.path) != nil {
			continue
		}
		var err error
		name, value := e.flag(p.variable)
		if file, of := e.flag(p.variable + secretSuffix); p.takes == takesFile && of != "" {
			name, value = file, of
			err = (&inputValue{in: in, p: p, flag: name}).Set(value)
		} else if value != "" && p.takes == takesFile {
			var secret jsontext.Value
			if secret, err = p.parse(value); err == nil {
				err = in.give(p, name, secret)
			}
			value = "***"
		} else if value != "" {
			err = (&inputValue{in: in, p: p, flag: name}).Set(value)
		}
		var want wantError
		if errors.As(err, &want) {
			return badValue(name, value, string(want))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (in *inputFlags) has(p *property) bool {
	return slices.ContainsFunc(in.entries, func(e entry) bool { return e.property == p })
}
