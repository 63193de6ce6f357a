package cli

import (
	"path/filepath"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
)

// target is where a run keeps its state and its data: as its environment says, else as
// the program's variables do. For local there is a default: .beignet beside the manifest
// in use, or the user's own state folder. No other environment has one, so that no two
// share a state by accident.
func (c *call) target(m module) (runner.Target, error) {
	e, err := c.environment(m)
	if err != nil {
		return runner.Target{}, err
	}
	t := runner.Target{Environment: e.Name, Rules: e, Identity: c.identity}
	if t.State, err = c.where(e, "state", e.State, c.env.state); err != nil {
		return t, err
	}
	if t.Database, err = c.where(e, "database", e.Database, c.env.database); err != nil {
		return t, err
	}
	if t.State = c.address(t.State); t.State == "" {
		if t.State, err = c.defaultState(e, m); err != nil {
			return t, err
		}
	}
	if t.Database != "" {
		t.Database = c.address(t.Database)
	} else if filepath.IsAbs(t.State) {
		t.Database = filepath.Join(t.State, "data.db")
	}
	t.AuditKey, err = c.auditKey()
	return t, err
}

// defaultState is where local has its state when nobody says.
func (c *call) defaultState(e manifest.Environment, m module) (string, error) {
	switch {
	case e.Name != manifest.Local:
		return "", &runner.Error{
			Code: runner.CodeConfig, Message: "environment " + e.Name + " has no state: nothing says where it is",
			Hint: "set " + c.env.prefix + "STATE, or name a variable under state in its entry of " + manifestFile,
		}
	case m.folder != "":
		return filepath.Join(m.folder, ".beignet"), nil
	case c.env.stateHome != "":
		return filepath.Join(c.env.stateHome, c.name), nil
	}
	return "", &runner.Error{
		Code: runner.CodeConfig, Message: "no place for the state: HOME is not set",
		Hint: "set " + c.env.prefix + "STATE to a folder",
	}
}

// address makes a path absolute, and leaves what may be a URL to the adapters.
func (c *call) address(s string) string {
	if !isPath(s) {
		return s
	}
	return c.abs(s)
}
