package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing/fstest"

	"github.com/beignet-go/beignet/cli"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
	"github.com/beignet-go/beignet/runner"
)

// canary is a secret with all in it that a printer escapes, and needle is what no part of
// it that is shown lacks.
const (
	needle = "C4N4RY"
	canary = needle + "-head \"mid\"\\dle\n" + needle + "-tail <end>\x1b"
)

// canaryProcess makes a process of these tests the program of tasks that tell their
// secret.
const canaryProcess = "BEIGNET_TEST_CANARY"

// The tasks of the program differ in what keeps them, and mode says how they tell.
const canaryTask = `
  - name: canary.%[1]s
    description: Tell a secret.
    handler: canary.%[1]s
    effect: write
    %[2]s
    input:
      type: object
      required: [token]
      properties:
        mode: { type: string, default: nothing }
        user: { type: string, default: ann, maxLength: 128 }
        dryRun: { type: boolean, default: false }
        token: { type: string, writeOnly: true, minLength: 6, maxLength: 64, pattern: "^C4N", not: { const: C4N4RY-no }, description: What not to tell. }
`

func canaryProgram() cli.Program[*canaryApp] {
	tasks := "feature: canary\ntasks:"
	for _, name := range []string{"batches", "sent"} {
		tasks += fmt.Sprintf(canaryTask, name, "batch: { size: 2 }")
	}
	for _, name := range []string{"once", "tx"} {
		tasks += fmt.Sprintf(canaryTask, name, "tenant: optional")
	}
	return cli.Program[*canaryApp]{
		Name: "canary", State: state, Open: openCanary, Register: registerCanary,
		Manifests: fstest.MapFS{
			"beignet.yaml": {Data: []byte("name: canary\nfeatures: [tasks.yaml]\n")}, "tasks.yaml": {Data: []byte(tasks)},
		},
	}
}

func runCanary() int { return canaryProgram().Main(context.Background(), os.Args[1:], cli.Std()) }

// canaryApp has a database for beignet's own tables alone: whatever is in it is
// beignet's to answer for.
type canaryApp struct {
	log   *slog.Logger
	audit ports.Recorder
	files ports.Files
}

func openCanary(ctx context.Context, s runner.Session) (runner.Opened[*canaryApp], error) {
	db, err := sqlite.Open(ctx, s.Database, sqlite.Options{Create: s.Create})
	if err != nil {
		return runner.Opened[*canaryApp]{}, err
	}
	app := &canaryApp{s.Log, s.Audit, s.Files}
	return runner.Opened[*canaryApp]{
		App: app, Checkpoints: db, Begin: sqlite.Begin(db, func(ports.Querier) *canaryApp { return app }),
		Close: func(context.Context) error { return db.Close() },
	}, nil
}

type (
	canaryInput struct {
		Mode   string `json:"mode"`
		User   string `json:"user"`
		DryRun bool   `json:"dryRun"`
		Token  string `json:"token"`
	}
	canaryOutput struct {
		Letters int            `json:"letters"` // of the secret, which proves that the handler had it
		Said    string         `json:"said"`
		Names   map[string]int `json:"names"`
	}
	canaryItem struct {
		Place string `json:"place"`
		Text  string `json:"text"`
	}
)

func (i canaryItem) Original() *runner.Original {
	if strings.HasSuffix(i.Place, "2") { // one that was too long to be kept whole
		return &runner.Original{Format: "jsonl", Text: []byte(i.Text)[:len(i.Text)-2], Cut: true}
	}
	return &runner.Original{Format: "jsonl", Text: fmt.Appendf(nil, "%q\n", i.Text)}
}

func registerCanary(r *runner.Registry[*canaryApp]) {
	runner.Handle(r, "canary.once", func(ctx context.Context, a *canaryApp, in canaryInput) (out canaryOutput, err error) {
		return out, a.tell(ctx, in, &out, func(string, any, any) {})
	}).DryRun()
	runner.HandleTx(r, "canary.tx", func(ctx context.Context, a *canaryApp, in canaryInput, c *runner.Changes) (out canaryOutput, err error) {
		return out, a.tell(ctx, in, &out, c.Changed)
	})
	for _, name := range []string{"canary.batches", "canary.sent"} {
		b := runner.HandleBatches(r, name, canaryPage, func(i canaryItem) string { return i.Place },
			func(ctx context.Context, a *canaryApp, in canaryInput, b *runner.Batch[canaryItem, canaryOutput]) error {
				if strings.HasPrefix(in.Mode, "reject") {
					b.Reject(0, "refused "+in.Token)
				}
				return a.tell(ctx, in, &b.Out, b.Changed)
			})
		if name == "canary.sent" {
			b.External().DryRun()
		}
	}
}

// canaryPage has five items, which all hold the secret.
func canaryPage(_ context.Context, _ *canaryApp, in canaryInput, after string, limit int) ([]canaryItem, error) {
	if in.Mode == "page" {
		return nil, errors.New("cannot read " + in.Token)
	}
	var page []canaryItem
	for n := range 5 {
		place := fmt.Sprint("place ", n)
		if in.Mode == "cursor" || in.Mode == "reject by cursor" && n == 0 {
			place += in.Token
		}
		if place > after && len(page) < limit {
			page = append(page, canaryItem{place, "text " + in.Token})
		}
	}
	return page, nil
}

// tell tells the secret in one way.
func (a *canaryApp) tell(ctx context.Context, in canaryInput, out *canaryOutput, changed func(string, any, any)) error {
	out.Letters = len(in.Token)
	asJSON, err := json.Marshal(in)
	if err != nil {
		return err
	}
	quoted := fmt.Sprintf("bad %q of %s", in.Token, asJSON)
	switch in.Mode {
	case "log":
		for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
			log := a.log.With("with", in).WithGroup("group")
			log.Log(ctx, level, "bad "+in.Token, "text", in.Token, "error", errors.New(quoted), "json", json.RawMessage(asJSON), "pointer", &in)
		}
	case "audit":
		a.audit.Record("canary.told", "bad "+in.Token, map[string]any{"input": in, in.Token: 1, "quoted": quoted})
	case "changes":
		changed("bad "+in.Token, nil, in)
		changed("long", map[string]any{"text": strings.Repeat("x", 1010) + strings.Repeat(in.Token, 2000)}, quoted)
	case "output":
		out.Said = "bad " + in.Token
	case "name in output":
		out.Names = map[string]int{in.Token: 1}
	case "open":
		_, err := a.files.Open(in.Token + ".csv")
		return err
	case "create":
		file, err := a.files.Create("bad "+strings.TrimSpace(in.Token)+".csv", true)
		if err != nil {
			return err
		}
		return file.Commit()
	case "hang":
		a.log.Warn("bad "+in.Token, "in", in)
		<-ctx.Done()
		return errors.New(quoted)
	default:
		return a.fail(in, quoted)
	}
	return nil
}

// fail tells the secret in an error, if the mode is one.
func (a *canaryApp) fail(in canaryInput, quoted string) error {
	switch in.Mode {
	case "error":
		return errors.New(quoted)
	case "violation":
		return runner.InvalidInput("/user", "bad "+in.Token)
	case "data":
		return &runner.DataError{Message: "bad " + in.Token, Hint: "not " + in.Token, Err: errors.New(in.Token)}
	case "coded":
		return &runner.Error{Code: runner.CodeConfig, Message: "bad " + in.Token, Hint: "not " + in.Token, Err: errors.New(in.Token)}
	case "disk":
		return fmt.Errorf("bad %s: %w", in.Token, ports.ErrIO)
	case "busy":
		return fmt.Errorf("bad %s: %w", in.Token, ports.ErrBusy)
	case "panic":
		panic("bad " + in.Token)
	case "panic with a value":
		panic(in)
	}
	return nil
}
