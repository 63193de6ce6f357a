package schema

import (
	"testing"
	"time"
)

// tenProperties is an input schema of a common size.
const tenProperties = `{"type":"object","required":["file"],"properties":{
	"file":{"type":"string","minLength":1,"description":"A path, or - for standard input."},
	"source":{"type":"string","pattern":"^[a-z][a-z0-9-]*$"},
	"dryRun":{"type":"boolean","default":true,"description":"Report what would change and write nothing."},
	"limit":{"type":"integer","minimum":1,"maximum":100,"default":20},
	"labels":{"type":"array","items":{"type":"string"}},
	"separator":{"type":"string","default":","},
	"since":{"type":"string","format":"date-time"},
	"state":{"enum":["open","closed"]},
	"token":{"type":"string","writeOnly":true},
	"mapping":{"type":"object","properties":{"title":{"type":"string","default":"Title"},"body":{"type":"string"}}}}}`

type tenFields struct {
	File      string     `json:"file"`
	Source    *string    `json:"source"`
	DryRun    bool       `json:"dryRun"`
	Limit     int        `json:"limit"`
	Labels    []string   `json:"labels"`
	Separator string     `json:"separator"`
	Since     *time.Time `json:"since"`
	State     *state     `json:"state"`
	Token     *string    `json:"token"`
	Mapping   *struct {
		Title string  `json:"title"`
		Body  *string `json:"body"`
	} `json:"mapping"`
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := CompileInput([]byte(tenProperties)); problems != nil {
			b.Fatal(problems)
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	b.ReportAllocs()
	s := mustCompile(b, tenProperties)
	input := []byte(`{"file":"issues.csv","dryRun":false,"labels":["a","b"],"mapping":{}}`)
	for b.Loop() {
		if _, violations := s.Resolve(input); violations != nil {
			b.Fatal(violations)
		}
	}
}

func BenchmarkDiff(b *testing.B) {
	b.ReportAllocs()
	s := mustCompile(b, tenProperties)
	for b.Loop() {
		if differences := Diff(s.Shape(), ShapeOf(of[tenFields]())); differences != nil {
			b.Fatal(differences)
		}
	}
}
