package manifest

import "iter"

// Manifest is what beignet.yaml and its feature files say. It never changes; what
// it returns by pointer must not be changed either.
type Manifest struct {
	Name         string // of the program
	File         string // beignet.yaml, as given to Load
	Features     []Feature
	Environments []Environment

	tasks   map[string]*Task // by name and alias
	sources map[string]*source
}

// Task returns the task with that name or alias.
func (m *Manifest) Task(name string) (*Task, bool) {
	t, ok := m.tasks[name]
	return t, ok
}

// Tasks iterates over every task, in the order of beignet.yaml and then of each
// file.
func (m *Manifest) Tasks() iter.Seq[*Task] {
	return func(yield func(*Task) bool) {
		for i := range m.Features {
			for j := range m.Features[i].Tasks {
				if !yield(&m.Features[i].Tasks[j]) {
					return
				}
			}
		}
	}
}

// Diagnostic is a finding of the caller's at a place of this manifest, with the
// source line. The code is the caller's own; message and hint are in the style of
// this package's.
func (m *Manifest) Diagnostic(at Position, code, message, hint string) Diagnostic {
	return m.sources[at.File].diagnostic(at, code, message, hint)
}
