package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/beignet-go/beignet/cli/clitest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// demo is a small program over memory, run in the test's own process.
type demo struct {
	args  []string
	in    string
	env   map[string]string
	files map[string]string // of the embedded module, over demoFiles
	dir   string            // the working folder; "": an empty one
	state ports.State
	db    *memory.DB[[]string] // nil: one of its own
	out   io.Writer            // nil: kept
	errs  *strings.Builder     // nil: kept
	tty   *os.File             // standard input and error, if set
}

type demoApp struct {
	rows  *[]string
	log   *slog.Logger
	files ports.Files
}

type ended struct {
	exit     int
	out, err string
}

func (d demo) run(t *testing.T) ended {
	t.Helper()
	if d.dir == "" {
		d.dir = t.TempDir()
	}
	if d.state == nil {
		d.state = memory.NewState()
	}
	files := fstest.MapFS{}
	for name, text := range demoFiles {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, text := range d.files {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	env := map[string]string{"USER": "ann", "XDG_STATE_HOME": t.TempDir()}
	for name, value := range d.env {
		env[name] = value
	}
	db := d.db
	if db == nil {
		db = demoRows()
	}
	program := Program[demoApp]{
		Name: "demo", Version: "1.2.3", Manifests: files, Register: registerDemo,
		State: func(context.Context, runner.Target, bool) (ports.State, error) { return d.state, nil },
		Open: func(_ context.Context, s runner.Session) (runner.Opened[demoApp], error) {
			return runner.Opened[demoApp]{
				App: demoApp{nil, s.Log, s.Files},
				Begin: func(ctx context.Context, o ports.TxOptions) (demoApp, ports.Tx, error) {
					rows, tx, err := db.Begin(ctx, o)
					return demoApp{rows, s.Log, s.Files}, tx, err
				},
				Checkpoints: db,
			}, nil
		},
	}
	var out, errs strings.Builder
	if d.out == nil {
		d.out = &out
	}
	if d.errs == nil {
		d.errs = &errs
	}
	std := IO{
		In: strings.NewReader(d.in), Out: d.out, Err: d.errs, Dir: d.dir,
		Getenv: func(name string) string { return env[name] },
	}
	if d.tty != nil {
		std.In, std.Err = d.tty, d.tty
	}
	exit := program.Main(t.Context(), d.args, std)
	err := clitest.CheckOutput(d.args, []byte(out.String()), func(name string) []byte {
		var schema strings.Builder
		program.Main(t.Context(), []string{"schema", name}, IO{Out: &schema})
		return []byte(schema.String())
	})
	if err != nil {
		t.Error(err)
	}
	return ended{exit, clitest.Scrub(out.String()), clitest.Scrub(errs.String())}
}

func demoRows() *memory.DB[[]string] {
	return memory.NewDB([]string(nil), func(rows []string) []string { return append([]string(nil), rows...) })
}

type greetInput struct {
	Name string `json:"name"`
}

type greetOutput struct {
	Greeting string `json:"greeting"`
	Letters  int    `json:"letters"`
}

type connectInput struct {
	Host     string             `json:"host"`
	Password string             `json:"password"`
	Level    string             `json:"level"`
	Tags     []string           `json:"tags"`
	Retries  *int64             `json:"retries"`
	Ratio    *float64           `json:"ratio"`
	Fast     bool               `json:"fast"`
	TLS      *tlsInput          `json:"tls"`
	Extra    *map[string]string `json:"extra"`
}

type tlsInput struct {
	CAFile string `json:"caFile"`
	Strict bool   `json:"strict"`
}

type fillInput struct {
	Rows   int64 `json:"rows"`
	DryRun bool  `json:"dryRun"`
}

type fillOutput struct {
	Filled int64 `json:"filled"`
}

func registerDemo(r *runner.Registry[demoApp]) {
	runner.Handle(r, "demo.greet", func(_ context.Context, d demoApp, in greetInput) (greetOutput, error) {
		switch in.Name {
		case "panic":
			panic("no such person")
		case "fail":
			return greetOutput{}, errors.New("nobody \u202ehome")
		case "disk":
			return greetOutput{}, ports.ErrFull
		case "down":
			return greetOutput{}, ports.ErrUnavailable
		case "gone":
			return greetOutput{}, ports.ErrStale
		case "export":
			file, err := d.files.Create("-", false)
			if err == nil {
				_, err = io.WriteString(file, "a,b\n")
			}
			return greetOutput{"exported", 4}, errors.Join(err, file.Commit())
		}
		if strings.HasPrefix(in.Name, "log") {
			d.log.Info("greeting \u009b\u202e")
		}
		return greetOutput{"hello " + in.Name, len(in.Name)}, nil
	})
	runner.Handle(r, "demo.connect", func(_ context.Context, _ demoApp, in connectInput) (connectInput, error) {
		in.Password = strings.Repeat("x", len(in.Password))
		return in, nil
	})
	runner.HandleBatches(r, "demo.fill",
		func(_ context.Context, _ demoApp, in fillInput, after int64, limit int) ([]int64, error) {
			var page []int64
			for n := after + 1; n <= in.Rows && len(page) < limit; n++ {
				page = append(page, n)
			}
			return page, nil
		},
		func(n int64) int64 { return n },
		func(_ context.Context, _ demoApp, _ fillInput, b *runner.Batch[int64, fillOutput]) error {
			for i, n := range b.Items {
				if n%7 == 0 {
					b.Reject(i, "a seventh")
				}
			}
			b.Out.Filled += int64(len(b.Kept()))
			return nil
		},
	).Count(func(_ context.Context, _ demoApp, in fillInput) (int64, error) { return in.Rows, nil })
}

var demoFiles = map[string]string{
	"beignet.yaml": "name: demo\nfeatures: [demo.yaml]\n",
	"demo.yaml": `feature: demo
tasks:
  - name: demo.greet
    description: Greet a person.
    handler: demo.greet
    effect: read
    aliases: [demo.hello]
    input:
      type: object
      required: [name]
      properties:
        name: { type: string, maxLength: 64, description: Whom to greet. }
    examples:
      - description: Greet Ann.
        input: { name: "Ann O'Neil" }
  - name: demo.connect
    description: Connect to a host.
    handler: demo.connect
    effect: read
    input:
      type: object
      required: [host, password]
      properties:
        host: { type: string, minLength: 3 }
        password: { type: string, writeOnly: true, minLength: 3 }
        level: { enum: [quiet, loud], default: quiet }
        tags: { type: array, items: { type: string } }
        retries: { type: integer, maximum: 9 }
        ratio: { type: number }
        fast: { type: boolean, default: true }
        tls:
          type: object
          required: [caFile]
          properties:
            caFile: { type: string, x-file: read }
            strict: { type: boolean, default: false }
        extra: { type: object, additionalProperties: { type: string } }
  - name: demo.fill
    description: Fill rows.
    handler: demo.fill
    effect: write
    timeout: 30m
    batch: { size: 5 }
    input:
      type: object
      properties:
        rows: { type: integer, default: 12, minimum: 0 }
        dryRun: { type: boolean, default: true, description: Report what would change and write nothing. }
`,
}
