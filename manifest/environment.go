package manifest

import (
	"cmp"
	"io/fs"
	"slices"
)

// Local is the environment that every program has, and that a call which names none
// is for.
const Local = "local"

// LoadEnvironments reads the environments of the manifest called name, and none of its
// feature files. Like Load it returns both whatever happens.
func LoadEnvironments(fsys fs.FS, name string) ([]Environment, Diagnostics) {
	l := loader{fsys: fsys, shapes: newShapes()}
	var top module
	_, found := l.file(reference{name: name, at: Position{File: name}}, &top)
	return top.Environments, found.Sorted()
}

// FindEnvironment returns the environment of a name. Local is there even where it is
// not among them.
func FindEnvironment(all []Environment, name string) (Environment, bool) {
	if i := slices.IndexFunc(all, func(e Environment) bool { return e.Name == name }); i >= 0 {
		return all[i], true
	}
	return Environment{Name: name}, name == Local
}

// With is the environment with what another entry of its name says too. Where both
// speak of a place, e decides; where both guard, the stricter does: the other can add
// protection, and takes none away.
func (e Environment) With(other Environment) Environment {
	e.Protected = e.Protected || other.Protected
	e.Database, e.State = cmp.Or(e.Database, other.Database), cmp.Or(e.State, other.State)
	e.MaxChanges = Tighter(e.MaxChanges, other.MaxChanges)
	e.Expect.Database = cmp.Or(e.Expect.Database, other.Expect.Database)
	if e.Tenant == "" || other.Tenant == TenantRequired {
		e.Tenant = cmp.Or(other.Tenant, e.Tenant)
	}
	return e
}
