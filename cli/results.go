package cli

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/schema"
)

// The objects of --json. They are the contract with programs: a member is added,
// never renamed or taken away, as long as schemaVersion stays. What is missing is
// not known or does not apply.
const schemaVersion = 1

// taskResult is a task in a list.
type taskResult struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Feature     string          `json:"feature"`
	Handler     string          `json:"handler"`
	Effect      manifest.Effect `json:"effect"`
	Aliases     []string        `json:"aliases"`
	Deprecated  string          `json:"deprecated"`
	Input       json.RawMessage `json:"input"` // the schema as enforced
}

type listResult struct {
	SchemaVersion int          `json:"schemaVersion"`
	Module        string       `json:"module"`
	Tasks         []taskResult `json:"tasks"`
}

type showResult struct {
	SchemaVersion int `json:"schemaVersion"`
	taskResult
	Delivery ports.Delivery  `json:"delivery"`
	Lock     []string        `json:"lock"` // the keys that a run takes, as templates over the input
	Help     string          `json:"help"`
	Examples []exampleResult `json:"examples"`
	Fields   []fieldResult   `json:"fields"`
}

// fieldResult is a field with the flag that gives it.
type fieldResult struct {
	schema.Field
	Flag string `json:"flag,omitempty"` // "": it is given in --input alone
}

type exampleResult struct {
	Description string          `json:"description"`
	Input       json.RawMessage `json:"input"`
}

// runResult is a run that has ended, or, without a Run, the refusal of one or of
// any other command.
type runResult struct {
	SchemaVersion   int             `json:"schemaVersion"`
	Task            string          `json:"task,omitempty"`
	Run             string          `json:"run,omitempty"`
	Environment     string          `json:"environment,omitempty"` // where it is not local
	Status          string          `json:"status"`                // a ports.Status, "refused" or "interrupted"
	Exit            int             `json:"exit"`
	Retryable       *bool           `json:"retryable,omitempty"` // of an error
	Resume          string          `json:"resume,omitempty"`    // the command that takes the run on
	*progressResult                 // of a run
	Audit           *headResult     `json:"audit,omitempty"` // of a run on record
	Output          json.RawMessage `json:"output,omitempty"`
	Error           *errorResult    `json:"error,omitempty"`
}

// headResult is where the audit stood when a run had ended.
type headResult struct {
	Head   string `json:"head"`
	Events int64  `json:"events"`
}

// progressResult is how far a run came, and how long that took.
type progressResult struct {
	DryRun     bool           `json:"dryRun"`
	Preview    *previewResult `json:"preview,omitempty"`
	DurationMs float64        `json:"durationMs"`
	Stages     stagesResult   `json:"stages"`
	Processed  int64          `json:"processed"`
	Failed     int64          `json:"failed"`
	Changed    int64          `json:"changed"`
}

type previewResult struct {
	Batches  int64           `json:"batches"`
	Complete bool            `json:"complete"`
	Total    *int64          `json:"total"`
	Samples  []ports.Change  `json:"samples,omitempty"`
	Files    []ports.Written `json:"files,omitempty"` // what would have been written
	Stop     *stopResult     `json:"stop,omitempty"`  // how the run would be stopped on the way
}

type stopResult struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// stagesResult is an object of stage to milliseconds, in the order of the
// pipeline.
type stagesResult []ports.Stage

func (s stagesResult) MarshalJSON() ([]byte, error) {
	text := []byte{'{'}
	for i, stage := range s {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(strconv.AppendQuote(text, stage.Name), ':') // the runner's own words
		text = strconv.AppendFloat(text, milliseconds(stage.Duration), 'f', -1, 64)
	}
	return append(text, '}'), nil
}

// milliseconds has microseconds as its decimals.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

type errorResult struct {
	Code        string             `json:"code"`
	Message     string             `json:"message"`
	Hint        string             `json:"hint,omitempty"`
	Violations  []schema.Violation `json:"violations,omitempty"`
	Diagnostics []diagnosticResult `json:"diagnostics,omitempty"`
}

type checkResult struct {
	SchemaVersion int                `json:"schemaVersion"`
	Module        string             `json:"module"`
	OK            bool               `json:"ok"`
	Tasks         int                `json:"tasks"`
	Diagnostics   []diagnosticResult `json:"diagnostics"`
	Online        *onlineResult      `json:"online,omitempty"` // with --online
}

type diagnosticResult struct {
	Code    string `json:"code"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func diagnosticResults(found manifest.Diagnostics) []diagnosticResult {
	results := make([]diagnosticResult, len(found))
	for i, d := range found {
		results[i] = diagnosticResult{d.Code, d.File, d.Line, d.Column, d.Message, d.Hint}
	}
	return results
}

type versionResult struct {
	SchemaVersion int    `json:"schemaVersion"`
	Name          string `json:"name"`
	Version       string `json:"version"`
	Go            string `json:"go"`
	OS            string `json:"os"`
	Arch          string `json:"arch"`
}
