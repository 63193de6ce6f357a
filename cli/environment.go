package cli

import (
	"cmp"
	"path/filepath"
	"strings"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
)

// environment is the one that --env or its variable names, or local. What the manifest
// inside the binary says of it decides; a file that was found can add to that.
func (c *call) environment(m module) (manifest.Environment, error) {
	if c.envTyped && c.envName == "" {
		return manifest.Environment{}, usageError("--env names no environment: it is empty", "give its name, or leave --env out for local")
	}
	name := cmp.Or(c.envName, manifest.Local)
	own, found := manifest.LoadEnvironments(c.manifests, manifestFile)
	if len(found) > 0 && name != manifest.Local {
		return manifest.Environment{}, c.problems(module{name: embedded, found: found})
	}
	decides, inside := manifest.FindEnvironment(own, name)
	adds, outside := manifest.FindEnvironment(m.manifest.Environments, name)
	if !inside && !outside {
		return manifest.Environment{}, c.noEnvironment(name, own, m)
	}
	adds.Database, adds.State = inFolder(m.folder, adds.Database), inFolder(m.folder, adds.State)
	return decides.With(adds), nil
}

// noEnvironment refuses a name that no manifest knows, with the nearest that one does.
func (c *call) noEnvironment(name string, own []manifest.Environment, m module) error {
	known := []string{manifest.Local}
	for _, e := range append(own, m.manifest.Environments...) {
		known = append(known, e.Name)
	}
	return usageError(suggest("no environment "+name, name, "", known), "name it under environments in "+m.name)
}

// decidesAlone reports whether the manifest inside the binary is the only one for the
// environment at hand: it is protected there, and a file that happens to lie in a parent
// folder says nothing about what runs on it.
func (c *call) decidesAlone() bool {
	if c.envName == "" || c.envName == manifest.Local {
		return false
	}
	own, _ := manifest.LoadEnvironments(c.manifests, manifestFile)
	e, _ := manifest.FindEnvironment(own, c.envName)
	return e.Protected
}

// inFolder makes a path that a manifest has absolute, and leaves what may be a variable
// or a URL.
func inFolder(folder, written string) string {
	if folder == "" || written == "" || written[0] == '$' || !isPath(written) || filepath.IsAbs(written) {
		return written
	}
	return filepath.Join(folder, written)
}

// isPath reports whether an address is a path, and not a URL. One letter before a colon
// is a drive.
func isPath(s string) bool { return strings.TrimSpace(s) != "" && strings.Index(s, ":") <= 1 }

// where is an address as an environment has it written, or else as the program's own
// variable says; "": neither does.
func (c *call) where(e manifest.Environment, what, written, own string) (string, error) {
	name, isVariable := strings.CutPrefix(written, "$")
	switch {
	case written == "":
		return own, nil
	case !isVariable:
		return written, nil
	}
	value := c.env.getenv(name)
	if value == "" {
		return "", &runner.Error{
			Code: runner.CodeConfig, Message: "environment " + e.Name + " has its " + what + " in " + written + ", which is not set",
			Hint: "set " + name + " to its address",
		}
	}
	return value, nil
}
