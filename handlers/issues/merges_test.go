package issues

import (
	"context"
	"errors"
	"testing"

	"github.com/beignet-go/beignet/runner"
)

// labelStore has the labels of a source alone, one list for each issue.
type labelStore struct {
	Store
	lists [][]string
}

func (s labelStore) EachLabels(_ context.Context, source string, fn func(string, []string) error) error {
	for _, list := range s.lists {
		if err := fn(source, list); err != nil {
			return err
		}
	}
	return nil
}

// What is counted is each label once, however many issues have it.
func TestCountLabelsIsBounded(t *testing.T) {
	t.Parallel()
	const limit = 3 * (labelPlace + len("s") + len("ab"))
	for _, test := range []struct {
		name  string
		lists [][]string
		want  int // 0: refused
	}{
		{"as many as it takes", [][]string{{"ab", "cd"}, {"ef"}}, 3},
		{"the same ones again", [][]string{{"ab", "cd", "ab"}, {"ef"}, {"ab", "cd", "ef"}, {"cd", "cd"}}, 3},
		{"one more", [][]string{{"ab", "cd"}, {"ef"}, {"ab"}, {""}}, 0},
		{"a byte more", [][]string{{"ab", "cd"}, {"efg"}}, 0},
	} {
		uses, err := countLabels(t.Context(), labelStore{lists: test.lists}, "s", limit)
		var refused *runner.DataError
		if errors.As(err, &refused) != (test.want == 0) || err == nil && len(uses) != test.want {
			t.Errorf("%s: counted %d, %v; want %d", test.name, len(uses), err, test.want)
		}
	}
}
