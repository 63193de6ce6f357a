package cli

import (
	"testing"

	"github.com/beignet-go/beignet/schema"
)

// An example is shown as flags where these mean the same, and else as JSON.
func TestInFlags(t *testing.T) {
	t.Parallel()
	all := properties([]schema.Field{
		{Pointer: "/file", Type: "string"}, {Pointer: "/n", Type: "integer"}, {Pointer: "/dryRun", Type: "boolean"},
		{Pointer: "/tags", Type: "array", Items: "string"}, {Pointer: "/map", Type: "object"}, {Pointer: "/map/key", Type: "string"},
		{Pointer: "/either", Type: "string or integer"}, {Pointer: "/secret", Type: "string", Secret: true}, {Pointer: "/limit", Type: "integer"},
	}, func(flag string) bool { return flag == "limit" })
	for input, want := range map[string]string{
		`{}`: "",
		`{"file":"a.csv","n":-5,"dryRun":false,"limit":1}`: " --file a.csv --n=-5 --no-dry-run --input.limit 1",
		`{"dryRun":true,"file":"-"}`:                       " --dry-run --file -",
		`{"file":"it's","tags":["a b",""]}`:                ` --file 'it'\''s' --tags 'a b' --tags=''`,
		`{"file":"a\tb'c\\"}`:                              ` --file $'a\tb\'c\\'`,
		`{"map":{"key":"崩溃"}}`:                             " --map.key 崩溃",
		`{"either":"x"}`:                                   " --either x",
		`{"either":"5"}`:                                   ` --input '{"either":"5"}'`,
		`{"map":{}}`:                                       ` --input '{"map":{}}'`,
		`{"map":{"other":1}}`:                              ` --input '{"map":{"other":1}}'`,
		`{"secret":"x"}`:                                   ` --input '{"secret":"x"}'`,
		`{"tags":[]}`:                                      ` --input '{"tags":[]}'`,
		`{"file":null}`:                                    ` --input '{"file":null}'`,
	} {
		if got := inFlags([]byte(input), all); got != want {
			t.Errorf("%s: got %s, want %s", input, got, want)
		}
	}
}
