package cli

import (
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// A file of failed items has what is whole, in one form; of what is cut off, or from
// elsewhere, nothing.
func TestRejectFile(t *testing.T) {
	t.Parallel()
	original := func(head, text string, cut bool) *runner.Original {
		return &runner.Original{Format: "json", Head: []byte(head), Text: []byte(text), Join: ",\n", Tail: "\n]\n", Cut: cut}
	}
	for name, test := range map[string]struct {
		items []*runner.Original
		code  runner.Code
		file  string // "": there is none
		cut   int64
	}{
		"whole":             {[]*runner.Original{original("[\n", "1", false), original("[\n", "2", false)}, "", "[\n1,\n2\n]\n", 0},
		"some are cut off":  {[]*runner.Original{original("[\n", "x", true), original("[\n", "1", false), original("[\n", "y", true)}, "", "[\n1\n]\n", 2},
		"all are cut off":   {[]*runner.Original{original("[\n", "x", true)}, runner.CodeData, "", 1},
		"of another form":   {[]*runner.Original{original("[\n", "1", false), original("(\n", "2", false)}, runner.CodeData, "", 0},
		"not from any file": {[]*runner.Original{nil}, runner.CodeData, "", 0},
		"none":              {nil, runner.CodeData, "", 0},
	} {
		var files memory.Files
		f := &rejectFile{name: "out.json", files: &files}
		var err error
		for _, o := range test.items {
			if err == nil {
				err = f.add(ports.Run{ID: "R", Task: "t"}, runner.Rejection{Original: o})
			}
		}
		if err == nil {
			err = f.commit(ports.Run{ID: "R"})
		}
		f.abort()
		if test.code == "" && err != nil || test.code != "" && (err == nil || asKnown(err).Code != test.code) {
			t.Errorf("%s: %v", name, err)
		}
		if text, there := files.Get("out.json"); text != test.file || there != (test.file != "") || f.cut != test.cut {
			t.Errorf("%s: %q, %d cut off", name, text, f.cut)
		}
	}
}
