package sqlstore_test

import (
	"slices"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
)

// Labels are read however a tool has written the array.
func TestLabelsOfAnyTool(t *testing.T) {
	t.Parallel()
	onBoth(t, labelsOfAnyTool)
}

func labelsOfAnyTool(t *testing.T, open func(testing.TB) database) {
	db := open(t)
	s := db.store()
	if _, err := s.Upsert(t.Context(), []issues.Issue{{Source: "s", Key: "1"}}); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]string{
		`["a","b"]`:         {"a", "b"},
		`["a", "b"]`:        {"a", "b"},
		`[ "a" ]`:           {"a"},
		`["a,","b",",",""]`: {"a,", "b", ",", ""},
		`["\u0061","b\""]`:  {"a", `b"`},
		`[""]`:              {""},
		`[ ]`:               {},
	} {
		if _, err := db.ExecContext(t.Context(), "UPDATE issues SET labels = $1", text); err != nil {
			t.Fatal(err)
		}
		var got []string
		err := s.Each(t.Context(), issues.Filter{}, func(i *issues.Issue) error {
			got = i.Labels
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v; want %q", text, got, err, want)
		}
	}
}
