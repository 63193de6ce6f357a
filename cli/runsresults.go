package cli

import (
	"encoding/json"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// standingResult is a run in a list.
type standingResult struct {
	ID          string       `json:"id"`
	Task        string       `json:"task"`
	Status      ports.Status `json:"status"`
	Environment string       `json:"environment"`
	Actor       string       `json:"actor"`
	DryRun      bool         `json:"dryRun"`
	Started     string       `json:"started"`
	Ended       *string      `json:"ended"` // null: it has not
	Attempt     int          `json:"attempt"`
	Processed   int64        `json:"processed"`
	Failed      int64        `json:"failed"`
	Total       *int64       `json:"total"`
	Resumable   bool         `json:"resumable"`
}

type runsListResult struct {
	SchemaVersion int              `json:"schemaVersion"`
	Runs          []standingResult `json:"runs"`
}

func describeStanding(s runner.Standing) standingResult {
	result := standingResult{
		ID: s.ID, Task: s.Task, Status: ports.Status(s.Status()), Environment: s.Environment, Actor: s.Actor, DryRun: s.DryRun,
		Started: stamp(s.Started), Attempt: s.Attempt,
		Processed: s.Progress.Processed, Failed: s.Progress.Failed, Total: s.Progress.Total, Resumable: s.Resumable,
	}
	if s.Ended != nil {
		ended := stamp(*s.Ended)
		result.Ended = &ended
	}
	return result
}

type runsShowResult struct {
	SchemaVersion int `json:"schemaVersion"`
	standingResult
	Batches    int64             `json:"batches"`
	Changed    int64             `json:"changed"`
	Client     string            `json:"client"`
	Tenant     string            `json:"tenant,omitempty"`
	Reason     string            `json:"reason,omitempty"`
	Version    string            `json:"version"` // of the program, at the latest attempt
	Delivery   ports.Delivery    `json:"delivery"`
	Database   string            `json:"database"`
	Parent     string            `json:"parent,omitempty"`     // the run whose failed items this one goes over
	Root       string            `json:"root,omitempty"`       // the first of a line of parents
	Supersedes string            `json:"supersedes,omitempty"` // the interrupted run that this one was started instead of
	Limits     limitsResult      `json:"limits"`
	Input      json.RawMessage   `json:"input"`           // without its secrets
	Files      []ports.InputFile `json:"files,omitempty"` // that it has read
	Preview    *previewResult    `json:"preview,omitempty"`
	Stages     stagesResult      `json:"stages"` // of the latest attempt
	Output     json.RawMessage   `json:"output,omitempty"`
	Error      *errorResult      `json:"error,omitempty"`
	Order      *orderResult      `json:"order,omitempty"`   // what another process has told it to do
	Waits      []waitResult      `json:"waits,omitempty"`   // between its batches, over all attempts
	Waiting    string            `json:"waiting,omitempty"` // what it waits for now
	Log        []string          `json:"log"`               // its last lines
	Resume     string            `json:"resume,omitempty"`
}

// limitsResult are the bounds of a run's latest attempt. What is missing is not bounded.
type limitsResult struct {
	BatchSize   int     `json:"batchSize,omitempty"`
	Items       int64   `json:"items,omitempty"` // of one attempt
	Skip        bool    `json:"skip"`            // whether failed items are left out
	MaxFailures int64   `json:"maxFailures,omitempty"`
	MaxShare    float64 `json:"maxShare,omitempty"` // of the items
	TimeoutMs   float64 `json:"timeoutMs,omitempty"`
	Rate        int64   `json:"rate,omitempty"` // items a second

	MaxChanges     *int64  `json:"maxChanges,omitempty"`
	MaxChangeShare float64 `json:"maxChangeShare,omitempty"` // of the items
	AcceptChanges  int64   `json:"acceptChanges,omitempty"`  // in place of both
}

type orderResult struct {
	Cancel    bool   `json:"cancel"`
	Rate      *int64 `json:"rate,omitempty"`      // items a second at most, 0 being any
	BatchSize int    `json:"batchSize,omitempty"` // items
	By        string `json:"by"`
	At        string `json:"at"`
}

func describeOrder(o *ports.Order) *orderResult {
	if o == nil {
		return nil
	}
	return &orderResult{o.Cancel, o.Rate, o.BatchSize, o.By, stamp(o.At)}
}

// waitResult is how long a run has waited for one thing between its batches.
type waitResult struct {
	Why string  `json:"why"` // rate, pause, probe or database
	Ms  float64 `json:"ms"`
}

type runsTuneResult struct {
	SchemaVersion int          `json:"schemaVersion"`
	ID            string       `json:"id"`
	Task          string       `json:"task"`
	Order         *orderResult `json:"order,omitempty"` // all that the run is told; none: it has ended meanwhile
}

func (c *call) describeRun(s runner.Standing) runsShowResult {
	l := s.Limits
	result := runsShowResult{
		SchemaVersion: schemaVersion, standingResult: describeStanding(s),
		Batches: s.Progress.Batches, Changed: s.Progress.Changed,
		Client: s.Client, Tenant: s.Tenant, Reason: s.Reason, Version: s.Version, Delivery: s.Delivery, Database: s.Database,
		Parent: s.Parent, Root: s.Root, Supersedes: s.Supersedes,
		Limits: limitsResult{l.BatchSize, l.Items, l.Skip, l.MaxFailures, l.MaxShare, milliseconds(l.Timeout), l.Rate, l.MaxChanges, l.MaxChangeShare, l.AcceptChanges},
		Input:  s.Input, Files: s.Inputs, Preview: describePreview(s.Preview), Stages: s.Stages, Output: s.Output,
		Log: append([]string{}, s.Log...), Resume: c.resume(s),
	}
	if f := s.Failure; f != nil {
		result.Error = &errorResult{Code: f.Code, Message: f.Message, Hint: f.Hint}
	}
	result.Order = describeOrder(s.Order)
	for _, w := range s.Waits {
		result.Waits = append(result.Waits, waitResult{w.Why, milliseconds(w.Duration)})
	}
	if s.At() {
		result.Waiting = s.Progress.Waiting
	}
	return result
}

// The effects of runs cancel.
const (
	cancelAsked = "asked"     // a process is at the run, and will stop
	cancelEnded = "cancelled" // it was interrupted, and has ended now
	cancelNone  = "none"      // it had ended already
)

type runsCancelResult struct {
	SchemaVersion int          `json:"schemaVersion"`
	ID            string       `json:"id"`
	Task          string       `json:"task"`
	Effect        string       `json:"effect"`
	Status        ports.Status `json:"status"` // how the run stands now
	Resume        string       `json:"resume,omitempty"`
}

type runsPruneResult struct {
	SchemaVersion int        `json:"schemaVersion"`
	DryRun        bool       `json:"dryRun"`
	Before        string     `json:"before"` // what ended before it goes
	Pruned        []string   `json:"pruned"` // the runs, by ID
	Kept          keptResult `json:"kept"`
}

// keptResult counts what is old and stays.
type keptResult struct {
	Going     int `json:"going"`     // at work, or interrupted
	Needed    int `json:"needed"`    // another run of their line stays, by retry-failed
	Elsewhere int `json:"elsewhere"` // another database has their checkpoints
}

type lockResult struct {
	Key   string `json:"key"`
	Token int64  `json:"token"`
	Run   string `json:"run"`
	Task  string `json:"task"`
	Actor string `json:"actor"`
	Host  string `json:"host"`
	PID   int    `json:"pid"`
	Since string `json:"since"`
}

type locksResult struct {
	SchemaVersion int          `json:"schemaVersion"`
	Locks         []lockResult `json:"locks"`
}

type locksBreakResult struct {
	SchemaVersion int        `json:"schemaVersion"`
	Broken        lockResult `json:"broken"` // as it was
}
