package manifest

import "strings"

// complete gives the tasks of a feature what is not an entry's own, leaves out those
// that have no name, and checks the keys that depend on each other.
func (m *Manifest) complete(f *Feature) Diagnostics {
	var found Diagnostics
	kept := f.Tasks[:0]
	for _, t := range f.Tasks {
		skips, limited := t.OnError == OnErrorSkip, t.MaxFailuresAt.Line > 0
		switch {
		case skips && !limited:
			found = append(found, m.Diagnostic(t.OnErrorAt, CodeMissingKey, "onError: skip needs maxFailures", "add a number of items, or a share such as 5%"))
		case t.OnError == OnErrorStop && limited:
			found = append(found, m.Diagnostic(t.MaxFailuresAt, CodeInvalidValue, "maxFailures has no meaning without onError: skip", "take it out"))
		}
		if t.Name == "" {
			continue
		}
		t.Feature = f.Name
		if t.Input.JSON == nil {
			t.Input = emptyInput(t.NameAt)
		}
		for i := range t.Examples {
			if t.Examples[i].Input == nil {
				t.Examples[i].Input = []byte("{}")
			}
		}
		kept = append(kept, t)
	}
	f.Tasks = kept
	return found
}

// index checks the names of all features against each other, and fills m.tasks.
func (m *Manifest) index() Diagnostics {
	var found Diagnostics
	report := func(at Position, code, message, hint string) {
		if len(found) < maxProblems {
			found = append(found, m.Diagnostic(at, code, message, hint))
		}
	}
	features := map[string]Position{}
	names := map[string]Position{}
	claim := func(name string, t *Task, at Position, what string) {
		if first, taken := names[name]; taken {
			report(at, CodeDuplicateName, what+" "+name+" is already taken at "+first.String(), "")
			return
		}
		names[name], m.tasks[name] = at, t
	}
	for i := range m.Features {
		f := &m.Features[i]
		switch first, taken := features[f.Name]; {
		case taken:
			report(f.NameAt, CodeDuplicateName, "feature "+f.Name+" is already taken at "+first.String(), "put its tasks into one file")
		case f.Name != "":
			features[f.Name] = f.NameAt
		}
		for j := range f.Tasks {
			t := &f.Tasks[j]
			if f.Name != "" && !strings.HasPrefix(t.Name, f.Name+".") {
				report(t.NameAt, CodeInvalidName, "task "+t.Name+" must begin with "+f.Name+".", "")
			}
			claim(t.Name, t, t.NameAt, "task")
		}
	}
	for t := range m.Tasks() { // after every name, so that an alias never takes one
		for i, alias := range t.Aliases {
			claim(alias, t, t.AliasesAt[i], "alias")
		}
	}
	return found
}
