package near

import (
	"strings"
	"testing"
)

func TestBest(t *testing.T) {
	t.Parallel()
	tasks := []string{"issues.import", "issues.search", "issues.backfill-search"}
	for _, test := range []struct{ word, want string }{
		{"issues.serch", "issues.search"},
		{"issues.sreach", "issues.search"},
		{"ISSUES.IMPORT", "issues.import"},
		{"issue.backfill-search", "issues.backfill-search"},
		{"billing.close", ""},
		{"", ""},
		{"issues.search" + strings.Repeat("h", 100), ""},
	} {
		got, ok := Best(test.word, tasks)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("Best(%q) = %q, %v; want %q", test.word, got, ok, test.want)
		}
	}
	if got, ok := Best("x", []string{"p"}); ok {
		t.Errorf("one letter is near no other: got %q", got)
	}
	if got, _ := Best("dryrun", []string{"dryRun"}); got != "dryRun" {
		t.Errorf("case alone must be near: got %q", got)
	}
	if got, ok := Best("minimun", []string{"minimum", "maximum"}); !ok || got != "minimum" {
		t.Errorf("got %q", got)
	}
}
