package cli

import (
	"context"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

// A lock is broken for whoever repeats its name, by no variable, and the audit has both
// what was done and what was refused.
func TestLocksBreak(t *testing.T) {
	t.Parallel()
	state := history5(t)
	key := "run:" + runID(1)
	brk := func(args ...string) ended {
		return demo{
			args: append([]string{"locks", "break", key}, args...), state: state, env: map[string]string{"DEMO_CONFIRM": key},
		}.run(t)
	}
	for _, confirm := range []string{"", "run:"} {
		var args []string
		if confirm != "" {
			args = []string{"--confirm", confirm}
		}
		got := brk(args...)
		if got.exit != 77 || !strings.Contains(got.err, "is locked: run RUN of demo.fill, by a") || !strings.Contains(got.err, "hint: to break it, repeat its name: demo locks break run:RUN --confirm run:RUN\n") {
			t.Errorf("confirmed by %q: %+v", confirm, got)
		}
	}
	got := brk("--confirm", key, "--actor", "ben", "--reason", "ticket 7", "--json")
	if got.exit != 0 || !strings.HasPrefix(got.out, `{"schemaVersion":1,"broken":{"key":"run:RUN","token":`) {
		t.Errorf("confirmed: %+v", got)
	}
	if held, err := state.Held(t.Context()); err != nil || len(held) > 0 {
		t.Errorf("held after it: %+v, %v", held, err)
	}
	links, err := state.Links(t.Context(), 0, 10)
	if err != nil || len(links) != 3 {
		t.Fatalf("%d events, %v", len(links), err)
	}
	for i, want := range []string{`"action":"lock.refused"`, `"action":"lock.refused"`, `"action":"lock.broken"`} {
		if body := string(links[i].Body); !strings.Contains(body, want) || !strings.Contains(body, `"resource":"`+key+`"`) {
			t.Errorf("event %d is %s, want %s", i+1, body, want)
		}
	}
	if body := string(links[2].Body); !strings.Contains(body, `"actor":"ben"`) || !strings.Contains(body, `"reason":"ticket 7"`) {
		t.Errorf("whose it was is not in %s", body)
	}
	for args, want := range map[string]ended{
		"break " + key + " --confirm " + key: {64, "", "demo: run:RUN is not locked\nhint: demo locks\n"},
		"break":                              {64, "", "demo: which lock?\nhint: add its name: demo locks break KEY\n"},
		"beak":                               {64, "", "demo: unknown command beak; did you mean demo locks break?\nhint: demo locks --help\n"},
	} {
		if got := (demo{args: strings.Fields("locks " + args), state: state}).run(t); got != want {
			t.Errorf("locks %s: %+v, want %+v", args, got, want)
		}
	}
}

// What the kernel holds for a process that is alive cannot be broken.
func TestLocksBreakUnsupported(t *testing.T) {
	t.Parallel()
	key := "run:" + runID(1)
	got := demo{args: []string{"locks", "break", key, "--confirm", key}, state: kernel{history5(t)}}.run(t)
	if got.exit != 78 || !strings.Contains(got.err, "; that process is alive, and only its end frees the lock\nhint: demo runs cancel RUN, or end process ") {
		t.Errorf("%+v", got)
	}
}

type kernel struct{ ports.State }

func (kernel) Break(context.Context, string, int64, ...ports.Event) error {
	return ports.ErrUnsupported
}
