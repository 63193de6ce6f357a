package cli

import (
	"path/filepath"
	"strings"

	"github.com/beignet-go/beignet/runner"
)

// target is where a run keeps its state and its data: as the variables say, else
// in .beignet beside the manifest in use, else in the user's own state folder.
func (c *call) target(m module, environment string) (runner.Target, error) {
	t := runner.Target{Environment: environment, State: c.env.state, Database: c.env.database}
	switch {
	case t.State != "":
		t.State = c.address(t.State)
	case m.folder != "":
		t.State = filepath.Join(m.folder, ".beignet")
	case c.env.stateHome != "":
		t.State = filepath.Join(c.env.stateHome, c.name)
	default:
		return t, &runner.Error{
			Code: runner.CodeConfig, Message: "no place for the state: HOME is not set",
			Hint: "set " + c.env.prefix + "STATE to a folder",
		}
	}
	if t.Database != "" {
		t.Database = c.address(t.Database)
	} else if filepath.IsAbs(t.State) {
		t.Database = filepath.Join(t.State, "data.db")
	}
	key, err := c.auditKey()
	t.AuditKey = key
	return t, err
}

// address makes a path absolute, and leaves what may be a URL to the adapters. One
// letter before a colon is a drive.
func (c *call) address(s string) string {
	if strings.TrimSpace(s) == "" || strings.Index(s, ":") > 1 {
		return s
	}
	return c.abs(s)
}
