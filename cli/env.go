package cli

import (
	"cmp"
	"os/user"
	"path/filepath"
	"strings"
)

// environment is everything that variables say. Nothing else in the program
// reads one.
type environment struct {
	state     string // <PROGRAM>_STATE: a folder or a URL
	database  string // <PROGRAM>_DATABASE: a path or a URL
	auditKey  string // <PROGRAM>_AUDIT_KEY_FILE: the file of the audit's key
	stateHome string // the folder of per-user state; "": there is none
	actor     string // whom the CI system, else the OS, says this is
	plain     bool   // no colour
	dumb      bool   // a terminal that redraws nothing
	ci        bool   // nobody is at the terminal, if there is one
	github    bool   // running in GitHub Actions
	trace     string // TRACEPARENT: what this call is a part of (W3C Trace Context)

	prefix string
	getenv func(string) string
}

// readEnvironment reads the variables of a program, whose own begin with its
// name.
func readEnvironment(program string, getenv func(string) string) environment {
	if getenv == nil {
		getenv = func(string) string { return "" }
	}
	e := environment{prefix: variable(program) + "_", getenv: getenv}
	e.state = getenv(e.prefix + "STATE")
	e.database = getenv(e.prefix + "DATABASE")
	e.auditKey = getenv(e.prefix + auditKeyVariable)
	e.stateHome = stateHome(getenv)
	e.actor = actor(getenv)
	e.dumb = getenv("TERM") == "dumb"
	e.plain = e.dumb || getenv("NO_COLOR") != ""
	e.ci = getenv("CI") != "" && getenv("CI") != "false"
	e.github = getenv("GITHUB_ACTIONS") == "true"
	e.trace = trace(getenv("TRACEPARENT"))
	return e
}

// flag returns the variable of a flag and its value; "" is as good as unset.
func (e environment) flag(long string) (name, value string) {
	name = e.prefix + variable(long)
	return name, e.getenv(name)
}

// variable is a name as variables spell it.
func variable(name string) string {
	return strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
}

// stateHome follows the XDG base directory specification, in which a relative
// path counts as unset.
func stateHome(getenv func(string) string) string {
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	home := cmp.Or(getenv("HOME"), getenv("USERPROFILE"))
	if home == "" {
		return ""
	}
	return filepath.Join(home, ".local", "state")
}

// actor names the person behind this call: as the CI system does, else as the OS
// does. It is a label and no proof.
func actor(getenv func(string) string) string {
	for _, name := range [...]string{
		"GITHUB_ACTOR",                  // GitHub Actions, Gitea, Forgejo
		"GITLAB_USER_LOGIN",             // GitLab
		"BUILDKITE_BUILD_CREATOR",       // Buildkite
		"CIRCLE_USERNAME",               // CircleCI
		"BUILD_REQUESTEDFOR",            // Azure Pipelines
		"BITBUCKET_STEP_TRIGGERER_UUID", // Bitbucket
		"DRONE_COMMIT_AUTHOR",           // Drone
		"BUILD_USER_ID",                 // Jenkins, with its build-user-vars plugin
		"USER", "LOGNAME", "USERNAME",
	} {
		if value := strings.TrimSpace(getenv(name)); value != "" {
			return value
		}
	}
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "unknown"
}
