package runner_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// bad-input 75–78: a state that cannot be used is refused before anything runs, with
// the code and the next step that its error asks for.
func TestAStateThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  error
		code runner.Code
		hint string
	}{
		{ports.ErrCorrupt, runner.CodeIO, "the file is left as it is: restore it from a backup, or move it away"},
		{
			&ports.VanishedError{What: "state", Path: "s/state.db", Evidence: "locks were taken"}, runner.CodeConfig,
			"restore it from a backup; to begin anew, move what is left of it away",
		},
		{&ports.VersionError{What: "state", Have: 3, Want: 2}, runner.CodeConfig, "use the binary that made it, or a database of this one's own"},
		{&ports.ExposedError{Path: "s", Mode: 0o755, Want: 0o700}, runner.CodeConfig, "chmod 700 s"},
		{&ports.ReadOnlyError{Paths: []string{"s", "s-shm"}, Err: ports.ErrIO}, runner.CodeIO, "chmod u+w s s-shm"},
		{&ports.KeyError{Message: "keyed"}, runner.CodeConfig, "give the key that the audit was begun with: the variable that ends in _AUDIT_KEY_FILE names its file"},
	} {
		app := newNumbers(1)
		r := newRunner(t, app, runner.Options{State: func(context.Context, runner.Target, bool) (ports.State, error) {
			return nil, fmt.Errorf("s: %w", test.err)
		}})
		run, err := r.Run(t.Context(), runner.Request{Task: "numbers.add", Input: []byte(`{"value":1}`), Actor: "a", Client: "c"})
		if e := failure(t, err); e.Code != test.code || e.Hint != test.hint || run.ID != "" {
			t.Errorf("%v: %s: %s, hint %q, run %q", test.err, e.Code, e.Message, e.Hint, run.ID)
		}
		if len(app.db.Read()) != 1 {
			t.Errorf("%v: the handler ran", test.err)
		}
	}
}
