package runner

import (
	"net/url"
	"strings"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

// Target is where a run happens, and by which rules.
type Target struct {
	Environment string         // "": local
	State       string         // a folder or a URL
	Database    string         // a path or a URL; "": the embedded default beside the state
	AuditKey    ports.AuditKey // of the audit's chain; nil: it has none

	ReadOnly bool // it is looked at: not even an older schema is upgraded

	// Identity is how a database is named by its address, whoever opens it and by which
	// parameters: runs of one name are of one database. It repeats no password. Optional:
	// without it, or where it returns "", a database is its address as [Redact] has it.
	Identity func(address string) string

	// Rules are what the environment asks of a run there, beside what the runner's own
	// manifest says of it: of the two the stricter holds. Its places are not looked at.
	Rules manifest.Environment
}

// InEnvironment is a command of the program with the environment that it is for.
func InEnvironment(command, environment string) string {
	if command == "" || environment == "" || environment == manifest.Local {
		return command
	}
	return command + " --env " + environment
}

// command is a command of this program about the target of x, for a hint.
func (x *execution) command(args string) string {
	return InEnvironment(x.runner.command(args), x.plan.request.Target.Environment)
}

// Redact is an address without its password, to be shown. One that cannot be taken apart
// is not shown.
func Redact(address string) string {
	if !strings.Contains(address, "://") {
		user, _, found := strings.Cut(address, "@")
		if found && strings.Contains(user, ":") || strings.Contains(strings.ToLower(strings.ReplaceAll(address, " ", "")), "password=") {
			return "(unreadable)" // another engine's, such as ann:…@tcp(db:3306)/orders
		}
		return address
	}
	u, err := url.Parse(address)
	if err != nil || strings.Contains(u.EscapedPath()+u.EscapedFragment(), "@") || u.User == nil && strings.Contains(u.RawQuery, "@") {
		return "(unreadable)" // what is behind an unescaped / or # or ? may be the rest of a password
	}
	if strings.Contains(u.RawQuery, "@") {
		u.RawQuery = "xxxxx"
	}
	for name := range u.Query() {
		if strings.Contains(strings.ToLower(name), "password") {
			u.RawQuery = "xxxxx"
		}
	}
	return u.Redacted()
}

// database is the target's database as a record names it: without a password, and
// relative to the state where it lies in the state's folder, so that the two may be
// moved together. An address that cannot be taken apart is not named.
func (t Target) database() string {
	if within, ok := strings.CutPrefix(t.Database, t.State); ok && t.State != "" && strings.ContainsAny(within[:min(1, len(within))], `/\`) {
		return within[1:]
	}
	return t.Name(t.Database)
}

// Name is an address of the target as messages and records name it.
func (t Target) Name(address string) string {
	if t.Identity != nil {
		if name := t.Identity(address); name != "" {
			return name
		}
	}
	return Redact(address)
}
