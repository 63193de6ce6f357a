package runner

import (
	"net/url"
	"strings"

	"github.com/beignet-go/beignet/ports"
)

// Target is where a run happens.
type Target struct {
	Environment string         // "": local
	State       string         // a folder or a URL
	Database    string         // a path or a URL; "": the embedded default beside the state
	AuditKey    ports.AuditKey // of the audit's chain; nil: it has none
}

// database is the target's database as a record names it: without a password, and
// relative to the state where it lies in the state's folder, so that the two may be
// moved together. An address that cannot be taken apart is not named.
func (t Target) database() string {
	if within, ok := strings.CutPrefix(t.Database, t.State); ok && t.State != "" && strings.ContainsAny(within[:min(1, len(within))], `/\`) {
		return within[1:]
	}
	if !strings.Contains(t.Database, "://") {
		return t.Database
	}
	u, err := url.Parse(t.Database)
	if err != nil {
		return "(unreadable)"
	}
	return u.Redacted()
}
