package scaffold

import (
	"errors"
	"testing"
	"testing/fstest"
)

// A write that was interrupted after any of its changes leaves nothing that the next
// one takes for the whole task: it completes it, or says what is there.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, feature := range []string{"orders", "stock"} {
		task := Task{Feature: feature, Name: "x", Kind: KindBatches}
		whole, err := module(t, app()).Task(task)
		if err != nil {
			t.Fatal(err)
		}
		for done := range len(whole.Changes) + 1 {
			fsys := app()
			for _, c := range whole.Changes[:done] {
				fsys[c.Path] = &fstest.MapFile{Data: c.After, Mode: 0o644}
			}
			p, err := module(t, fsys).Task(task)
			var half *ShapeError
			if done == len(whole.Changes) {
				if err != nil || p.There == "" {
					t.Errorf("%s, all written: got %q, %v", feature, p.There, err)
				}
			} else if err == nil && (p.There != "" || done+len(p.Changes) != len(whole.Changes)) || err != nil && !errors.As(err, &half) {
				t.Errorf("%s, %d of %d written: got %q, %v", feature, done, len(whole.Changes), p.There, err)
			}
		}
	}
}

// What is registered with a variable, or with a function of another package, is no
// half of a task.
func TestThereByOtherMeans(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`f := show; runner.Do(r, "orders.show", f)`,
		`const id = "orders.show"; runner.Do(r, id, show)`,
		`runner.Do(r, "orders.show", other.Show, func() {}, nil)`,
	} {
		fsys := files("handlers/orders/orders.go", "package orders\n\nfunc show() {}\n\nfunc Register(r *runner.Registry[Deps]) { "+body+" }\n")
		for name, f := range app() {
			if fsys[name] == nil {
				fsys[name] = f
			}
		}
		if p, err := module(t, fsys).Task(Task{Feature: "orders", Name: "show"}); err != nil || p.There == "" {
			t.Errorf("%s: got %+v, %v", body, p, err)
		}
	}
}

// A Register that ends in return is added to before it.
func TestBeforeReturn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ body, want string }{
		{"{\n\treturn\n}", "{\n\trunner.HandleTx(r, \"orders.x\", x)\n\treturn\n}"},
		{"{ return }", "{\n\trunner.HandleTx(r, \"orders.x\", x)\n\treturn\n}"},
		{"{\n\tif r == nil {\n\t\treturn\n\t}\n}", "{\n\tif r == nil {\n\t\treturn\n\t}\n\trunner.HandleTx(r, \"orders.x\", x)\n}"},
	} {
		const head = "package orders\n\nimport \"github.com/beignet-go/beignet/runner\"\n\ntype Deps struct{}\n\nfunc Register(r *runner.Registry[Deps]) "
		fsys := app()
		fsys["handlers/orders/orders.go"] = &fstest.MapFile{Data: []byte(head + test.body + "\n"), Mode: 0o644}
		p, err := module(t, fsys).Task(Task{Feature: "orders", Name: "x"})
		if err != nil {
			t.Fatal(err)
		}
		same(t, test.body, texts(p)["handlers/orders/orders.go"], head+test.want+"\n")
	}
}
