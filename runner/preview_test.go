package runner_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

type (
	changeInput struct {
		DryRun bool `json:"dryRun"`
		Items  int  `json:"items"`
		Size   int  `json:"size"`
		Fields int  `json:"fields"`
	}
	fileInput struct {
		DryRun    bool     `json:"dryRun"`
		Overwrite bool     `json:"overwrite"`
		Files     []string `json:"files"`
	}
)

// image is a before or after image, whose texts differ in their last character.
func (in changeInput) image(last string) map[string]string {
	image := map[string]string{}
	for i := range in.Fields {
		image[fmt.Sprint("text", i)] = strings.Repeat("é", in.Size/2) + last
	}
	return image
}

func write(files ports.Files, name string, overwrite bool) error {
	f, err := files.Create(name, overwrite)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte("text of " + name))
	return cmp.Or(err, f.Commit())
}

func previews(r *runner.Registry[ports.Files]) {
	upTo := func(after, end, limit int) (page []int) {
		for i := after + 1; i <= end && len(page) < limit; i++ {
			page = append(page, i)
		}
		return page
	}
	self := func(i int) int { return i }
	runner.HandleBatches(r, "preview.change", func(_ context.Context, _ ports.Files, in changeInput, after, limit int) ([]int, error) {
		return upTo(after, in.Items, limit), nil
	}, self, func(_ context.Context, _ ports.Files, in changeInput, b *runner.Batch[int, struct{}]) error {
		for _, i := range b.Items {
			b.Changed(fmt.Sprint(i), in.image("x"), in.image("y"))
		}
		return nil
	})
	runner.HandleTx(r, "preview.change-at-once", func(_ context.Context, _ ports.Files, in changeInput, c *runner.Changes) (struct{}, error) {
		for i := range in.Items {
			c.Changed(fmt.Sprint(i+1), in.image("x"), in.image("y"))
		}
		return struct{}{}, nil
	})
	runner.Handle(r, "preview.export", func(_ context.Context, files ports.Files, in fileInput) (struct{}, error) {
		for _, name := range in.Files {
			if err := write(files, name, in.Overwrite); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	}).DryRun()
	runner.HandleBatches(r, "preview.export-in-batches", func(_ context.Context, _ ports.Files, in fileInput, after, limit int) ([]int, error) {
		return upTo(after, len(in.Files), limit), nil
	}, self, func(_ context.Context, files ports.Files, in fileInput, b *runner.Batch[int, struct{}]) error {
		return write(files, in.Files[b.Items[0]-1], in.Overwrite)
	})
}

func previewKit(t *testing.T) *runnertest.Kit {
	t.Helper()
	db := memory.NewDB(0, func(n int) int { return n })
	return runnertest.New(t, "testdata/preview.yaml", previews, func(_ context.Context, s runner.Session) (runner.Opened[ports.Files], error) {
		return runner.Opened[ports.Files]{
			App: s.Files,
			Begin: func(ctx context.Context, o ports.TxOptions) (ports.Files, ports.Tx, error) {
				_, tx, err := db.Begin(ctx, o)
				return s.Files, tx, err
			},
			Checkpoints: db,
		}, nil
	})
}

// A preview keeps as many samples as are asked for, and no more bytes than memory
// and the record should hold of them. Every change is counted.
func TestSamplesAreBounded(t *testing.T) {
	t.Parallel()
	k := previewKit(t)
	for _, test := range []struct {
		input         string
		samples, kept int
	}{
		{`"items":5`, 0, 5},
		{`"items":50`, 0, 20},
		{`"items":50`, 3, 3},
		{`"items":50`, 1000, 50},
		{`"items":0`, 1000, 0},
		{`"items":60,"size":60000`, 1000, 34}, // of 2 times 60 KiB each
		{`"items":60,"size":80000`, 1000, 60},
		{`"items":50,"dryRun":false`, 1000, 0},
	} {
		for _, task := range []string{"preview.change", "preview.change-at-once"} {
			run, err := k.Do(runner.Request{Task: task, Input: []byte("{" + test.input + "}"), Samples: test.samples})
			if err != nil {
				t.Fatal(err)
			}
			var in changeInput
			if err := json.Unmarshal([]byte("{"+test.input+"}"), &in); err != nil {
				t.Fatal(err)
			}
			if !run.DryRun {
				if run.Preview != nil || run.Progress.Changed != 50 {
					t.Errorf("%s of %s: %+v, %+v", task, test.input, run.Preview, run.Progress)
				}
				continue
			}
			size := 0
			for i, s := range run.Preview.Samples {
				if size += len(s.Before) + len(s.After); s.Key != fmt.Sprint(i+1) {
					t.Errorf("%s of %s: sample %d is of %s", task, test.input, i, s.Key)
				}
			}
			if n := len(run.Preview.Samples); n != test.kept || size > 4<<20 || run.Progress.Changed != int64(in.Items) {
				t.Errorf("%s of %s: %d samples of %d bytes of %d changes, want %d", task, test.input, n, size, run.Progress.Changed, test.kept)
			}
			if n := len(k.Recorded(run.ID).Preview.Samples); n != min(test.kept, 20) {
				t.Errorf("%s of %s: %d samples on record", task, test.input, n)
			}
		}
	}
}

// A sample that is too large keeps its shape, with its long texts cut, and still
// tells that they differ; one that is too large even then is a note alone.
func TestLargeSamples(t *testing.T) {
	t.Parallel()
	k := previewKit(t)
	sample := func(input string) ports.Change {
		run, err := k.Do(runner.Request{Task: "preview.change-at-once", Input: []byte(input)})
		if err != nil {
			t.Fatal(err)
		}
		return run.Preview.Samples[0]
	}
	whole := sample(`{"items":1,"size":60000}`)
	if want := `{"text0":"` + strings.Repeat("é", 30000) + `x"}`; string(whole.Before) != want {
		t.Errorf("%d bytes are cut to %.100s", len(want), whole.Before)
	}
	cut := sample(`{"items":1,"size":70001,"fields":2}`)
	var image map[string]string
	if err := json.Unmarshal(cut.Before, &image); err != nil || len(image) != 2 {
		t.Fatalf("%.100s: %v", cut.Before, err)
	}
	if got := image["text1"]; !strings.HasPrefix(got, strings.Repeat("é", 512)+" … 68977 more bytes, SHA-256 ") || len(got) > 1100 {
		t.Errorf("cut to %s", got)
	}
	if string(cut.Before) == string(cut.After) {
		t.Error("two texts that differ in their last character look the same")
	}
	var note string
	if err := json.Unmarshal(sample(`{"items":1,"size":2000,"fields":99}`).After, &note); err != nil || !strings.HasPrefix(note, "… 199278 more bytes, SHA-256 ") {
		t.Errorf("got %q, %v", note, err)
	}
}

// What a dry run does not write is in its preview, of every verb, and what Create
// refuses it refuses too.
func TestFilesOfADryRun(t *testing.T) {
	t.Parallel()
	for _, task := range []string{"preview.export", "preview.export-in-batches"} {
		k := previewKit(t)
		k.File("there.csv", "as it was")
		do := func(input string) (ports.Run, error) {
			return k.Do(runner.Request{Task: task, Input: []byte(input)})
		}
		run, err := do(`{"files":["a.csv","b","-","-"]}`)
		want := []ports.Written{{Name: "a.csv", Size: 13}, {Name: "b", Size: 9}, {Name: "-", Size: 9}, {Name: "-", Size: 9}}
		if err != nil || !run.Preview.Complete || !slices.Equal(run.Preview.Files, want) {
			t.Errorf("%s: %+v, %v; want %v", task, run.Preview, err, want)
		}
		if recorded := k.Recorded(run.ID).Preview; !slices.Equal(recorded.Files, want) {
			t.Errorf("%s: on record are %+v", task, recorded.Files)
		}
		for _, input := range []string{`{"files":["there.csv"]}`, `{"files":["a.csv","a.csv"]}`} {
			if _, err := do(input); !errors.Is(err, ports.ErrExists) || failure(t, err).Code != runner.CodeData { // bad-input 70
				t.Errorf("%s of %s: %v", task, input, err)
			}
		}
		run, err = do(`{"files":["there.csv","a.csv","there.csv"],"overwrite":true}`)
		if want := []ports.Written{{Name: "a.csv", Size: 13}, {Name: "there.csv", Size: 17}}; err != nil || !slices.Equal(run.Preview.Files, want) {
			t.Errorf("%s over a file: %+v, %v; want %v", task, run.Preview, err, want)
		}
		if text, _ := k.Written("there.csv"); text != "as it was" {
			t.Errorf("%s: a dry run wrote %q", task, text)
		}
		if _, ok := k.Written("a.csv"); ok {
			t.Errorf("%s: a dry run wrote a file", task)
		}
		if run, err = do(`{"files":["a.csv"],"dryRun":false}`); err != nil || run.Preview != nil {
			t.Errorf("%s: %+v, %v", task, run.Preview, err)
		}
	}
}

// A handler whose effect no rollback undoes cannot have a dryRun, unless it says
// that it honours it itself: its task neither passes check nor starts.
func TestDryRunNeedsARollbackOrAPromise(t *testing.T) {
	t.Parallel()
	type in struct {
		DryRun bool `json:"dryRun"`
	}
	once := func(context.Context, struct{}, in) (struct{}, error) { panic("it ran") }
	tx := func(context.Context, struct{}, in, *runner.Changes) (struct{}, error) { panic("it ran") }
	batches := func(r *runner.Registry[struct{}]) *runner.Batches[struct{}, in] {
		return runner.HandleBatches(r, "issues.close",
			func(context.Context, struct{}, in, int, int) ([]int, error) { panic("it ran") },
			func(i int) int { return i },
			func(context.Context, struct{}, in, *runner.Batch[int, struct{}]) error { panic("it ran") })
	}
	const tasks = `feature: issues
tasks:
  - name: issues.close
    description: Close.
    handler: issues.close
    effect: write
    input: { type: object, properties: { dryRun: { type: boolean, default: false } } }
`
	for _, test := range []struct {
		name     string
		register func(*runner.Registry[struct{}])
		refused  bool
	}{
		{"one-shot", func(r *runner.Registry[struct{}]) { runner.Handle(r, "issues.close", once) }, true},
		{"one-shot that honours it", func(r *runner.Registry[struct{}]) { runner.Handle(r, "issues.close", once).DryRun() }, false},
		{"one-shot in a transaction", func(r *runner.Registry[struct{}]) { runner.HandleTx(r, "issues.close", tx) }, false},
		{"batches", func(r *runner.Registry[struct{}]) { batches(r) }, false},
		{"external", func(r *runner.Registry[struct{}]) { batches(r).External() }, true},
		{"external that honours it", func(r *runner.Registry[struct{}]) { batches(r).External().DryRun() }, false},
	} {
		m, _ := manifest.Load(fstest.MapFS{
			"beignet.yaml": {Data: []byte("name: test\nfeatures: [tasks.yaml]\n")}, "tasks.yaml": {Data: []byte(tasks)},
		}, "beignet.yaml")
		registry := runner.NewRegistry[struct{}]()
		test.register(registry)
		r, _ := runner.New(m, runner.Bind(registry, func(context.Context, runner.Session) (runner.Opened[struct{}], error) {
			panic("a port was opened")
		}), runner.Options{})
		found := r.Check()
		_, err := r.Plan(runner.Request{Task: "issues.close", Actor: "a", Client: "c"})
		if !test.refused {
			if len(found) > 0 || err != nil {
				t.Errorf("%s: %v, %v", test.name, found, err)
			}
			continue
		}
		if len(found) != 1 || found[0].Code != "dry-run-unsupported" || failure(t, err).Code != runner.CodeConfig {
			t.Errorf("%s: %v, %v", test.name, found, err)
		}
	}
}
