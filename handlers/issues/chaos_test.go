package issues_test

import (
	"context"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/memstore"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// noted calls write before each write of a store.
type noted struct {
	issues.Store
	write func()
}

func (n noted) Upsert(ctx context.Context, given []issues.Issue) ([]issues.Outcome, error) {
	n.write()
	return n.Store.Upsert(ctx, given)
}

func (n noted) Index(ctx context.Context, given []issues.Issue) (int64, error) {
	n.write()
	return n.Store.Index(ctx, given)
}

func (n noted) SetLabels(ctx context.Context, given []issues.Labeled) error {
	n.write()
	return n.Store.SetLabels(ctx, given)
}

// worldOf is one that has these issues, for a task that finds these files.
func worldOf(given []issues.Issue, files map[string]string) func() runnertest.World[issues.Deps] {
	return func() runnertest.World[issues.Deps] {
		db := memstore.New(given...)
		return runnertest.World[issues.Deps]{
			Open: db.Open, Files: files,
			State: func() any {
				all := db.Read()
				unindexed, _ := db.Store().Unindexed(context.Background(), 0, len(all)) // of memory
				return map[string][]issues.Issue{"issues": all, "unindexed": unindexed}
			},
			Writes: func(d issues.Deps, write func()) issues.Deps {
				d.Issues = noted{d.Issues, write}
				return d
			},
		}
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	spelled := labeled([]string{"Bug"}, []string{"bug", "UI"}, []string{"bug"}, nil, []string{"ui"}, []string{"BUG", "ui"}, []string{"Bug", "bug"}).Read()
	stored := []issues.Issue{{Source: "s", Key: "3", Title: "An older title", Body: "b"}, {Source: "s", Key: "4", Title: "d"}, {Source: "other", Key: "3", Title: "c"}}
	const rows = "number,title,labels\n1,a,\n2,b,\"ui,bug\"\n3,c,\n4,d,\n2,b,\"ui,bug\"\n5,e,\n2,again,\n"
	for _, test := range []struct {
		world  func() runnertest.World[issues.Deps]
		trials runnertest.Trials
	}{
		{worldOf(titles("a", "b", "c", "d", "e"), nil), runnertest.Trials{Task: "issues.backfill-search", Input: `{"dryRun": false}`}},
		{worldOf(spelled, nil), runnertest.Trials{Task: "issues.repair-labels", Input: `{"dryRun": false}`}},
		{worldOf(stored, map[string]string{"x.csv": rows}), runnertest.Trials{Task: "issues.import", Input: wet}},
	} {
		t.Run(test.trials.Task, func(t *testing.T) {
			t.Parallel()
			runnertest.Chaos(t, tasks, issues.Register, test.world, test.trials)
		})
	}
}
