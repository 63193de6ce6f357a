package cli

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports/memory"
)

// guarded is a demo whose own manifest has a protected environment, and one that only
// a file protects.
func guarded(t *testing.T, args ...string) demo {
	t.Helper()
	d := demo{args: args, dir: t.TempDir(), state: memory.NewState(), files: map[string]string{
		"beignet.yaml": "name: demo\nfeatures: [demo.yaml]\nenvironments: { production: { protected: true, state: $LIVE }, staging: { state: s } }\n",
		"demo.yaml":    strings.Replace(demoFiles["demo.yaml"], "effect: write", "effect: destructive", 1),
	}, env: map[string]string{"LIVE": "/nowhere"}}
	return d
}

// onDisk puts a module into the working folder, whose fill task reads.
func (d demo) onDisk(t *testing.T, environments string) demo {
	t.Helper()
	for name, text := range map[string]string{
		"beignet.yaml": "name: demo\nfeatures: [demo.yaml]\nenvironments: " + environments + "\n",
		"demo.yaml":    strings.Replace(demoFiles["demo.yaml"], "effect: write", "effect: read", 1),
	} {
		if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// What the binary says of an environment decides: no file that lies about unprotects it,
// nor says what its tasks are; but a file can protect one.
func TestEmbeddedEnvironmentDecides(t *testing.T) {
	t.Parallel()
	const fill = "task run demo.fill --no-dry-run --rows 3 --reason why --log-level error"
	for _, test := range []struct {
		name, environments, args string
		want                     ended
	}{
		{"a file takes no protection away", "{ production: { protected: false } }", fill + " --env production",
			ended{77, "", "demo: demo.fill destroys, and environment production is protected: it wants to be confirmed by its name\nhint: add --confirm demo.fill\n"}},
		{"nor one that is named", "{ production: { protected: false } }", fill + " --module beignet.yaml --env production",
			ended{0, "demo.fill  production  TIME\n  filled  3\n", ""}}, // there it reads, and wants a reason alone
		{"and wants the reason", "{ production: { protected: false } }", strings.Replace(fill, "--reason why", "", 1) + " --module beignet.yaml --env production",
			ended{77, "", "demo: environment production is protected: it wants a reason\nhint: add --reason TEXT\n"}},
		{"a flag before the task's name", "{}", "task run --env=production demo.fill --no-dry-run --reason why",
			ended{77, "", "demo: demo.fill destroys, and environment production is protected: it wants to be confirmed by its name\nhint: add --confirm demo.fill\n"}},
		{"a file adds protection", "{ staging: { protected: true } }", "task run demo.fill --no-dry-run --rows 3 --env staging",
			ended{77, "", "demo: environment staging is protected: it wants a reason\nhint: add --reason TEXT\n"}},
		{"a dry run wants neither", "{}", "task run demo.fill --rows 3 --env production --log-level error",
			ended{0, "demo.fill  production  dry run: nothing written  TIME\nwould have:\n  filled  3\n", ""}},
		{"confirmed", "{}", fill + " --env production --confirm demo.fill", ended{0, "demo.fill  production  TIME\n  filled  3\n", ""}},
		{"to be resumed there", "{}", fill + " --env production --confirm demo.fill --limit 1",
			ended{0, "demo.fill  production  stopped by --limit  TIME\n  filled  1\nhint: demo runs resume RUN --env production\n", ""}},
		{"nearest", "{ preview: {} }", "runs list --env preveiw", ended{64, "", "demo: no environment preveiw; did you mean preview?\nhint: name it under environments in beignet.yaml\n"}},
		{"unset", "{}", "runs list --env lost", ended{78, "", "demo: environment lost has its state in $NOWHERE, which is not set\nhint: set NOWHERE to its address\n"}},
	} {
		d := guarded(t, strings.Fields(test.args)...)
		if test.name == "unset" {
			test.environments = "{ lost: { state: $NOWHERE } }"
		}
		if got := d.onDisk(t, test.environments).run(t); got != test.want {
			t.Errorf("%s: got %+v\nwant %+v", test.name, got, test.want)
		}
	}
}

// What is done to the records of a protected environment passes gates too.
func TestRecordsAreGuarded(t *testing.T) {
	t.Parallel()
	named := ended{77, "", "demo: environment production is protected: it is named on the command line, and not by a variable\nhint: add --env production\n"}
	for _, test := range []struct {
		args, env string
		want      ended
	}{
		{"runs cancel last", "production", named},
		{"runs prune --older-than 1d --reason old", "production", named},
		{"runs prune --older-than 1d --env production", "", ended{77, "", "demo: environment production is protected: it wants a reason\nhint: add --reason TEXT\n"}},
		{"runs prune --older-than 1d --env production --reason old", "", ended{0, "removed 0 runs\n", ""}},
		{"runs prune --older-than 1d --dry-run", "production", ended{0, "would remove 0 runs\n", ""}},
		{"runs resume last", "production", named},
		{"runs list --json", "production", ended{0, `{"schemaVersion":1,"runs":`, ""}},
	} {
		d := guarded(t, "task", "run", "demo.fill", "--no-dry-run", "--limit", "1", "--reason", "why", "--confirm", "demo.fill", "--env", "production", "--log-level", "error")
		if got := d.run(t); got.exit != 0 {
			t.Fatal(got)
		}
		d.args, d.env = strings.Fields(test.args), maps.Clone(d.env)
		d.env["DEMO_ENV"] = test.env
		got := d.run(t)
		if test.want.exit == 0 && strings.HasPrefix(got.out, test.want.out) {
			got.out = test.want.out
		}
		if got != test.want {
			t.Errorf("%s: got %+v\nwant %+v", test.args, got, test.want)
		}
		refused := test.want.exit == 77
		d.args = strings.Fields("audit list --env production --json")
		if log := d.run(t).out; strings.Contains(log, `refused"`) != refused {
			t.Errorf("%s: %s", test.args, log)
		}
	}
}
