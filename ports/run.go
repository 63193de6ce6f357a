package ports

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Run is everything recorded about one execution of a task: the one type that
// is executed, resumed, listed, shown and printed. It holds no secret: Input is
// redacted before a Run is made.
type Run struct {
	ID          string `json:"id"`   // UUIDv7
	Task        string `json:"task"` // the task's name, never an alias
	Environment string `json:"environment"`
	Actor       string `json:"actor"`  // on whose behalf; what the caller says it is
	Client      string `json:"client"` // the front end, such as beignet-cli
	Tenant      string `json:"tenant,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Trace       string `json:"trace,omitempty"`    // the traceparent of who started the latest attempt (W3C Trace Context)
	Database    string `json:"database,omitempty"` // as its target names it, without a password; relative to the state where it lies in its folder
	Folder      string `json:"folder,omitempty"`   // the working folder of who started it, in which its input's relative names are meant; "": not known

	Supersedes string `json:"supersedes,omitempty"` // the interrupted run of the same input that this one was started instead of
	Parent     string `json:"parent,omitempty"`     // the run whose failed items this one goes over; "": it goes over its source
	Root       string `json:"root,omitempty"`       // the first of a line of parents, by which items are known

	Version   string          `json:"version"`  // of the binary that ran the latest attempt
	Delivery  Delivery        `json:"delivery"` // what the handler's verb guarantees
	TaskHash  string          `json:"taskHash"` // of what must be the same at resume
	Input     json.RawMessage `json:"input"`    // canonical, with defaults, redacted
	InputHash string          `json:"inputHash"`
	DryRun    bool            `json:"dryRun"`
	Limits    Limits          `json:"limits"`

	Status  Status     `json:"status"`
	Attempt int        `json:"attempt"` // 1 for the first; also the token of the fence run:ID
	Started time.Time  `json:"started"`
	Ended   *time.Time `json:"ended"` // nil while running

	Progress Progress        `json:"progress"`
	Waits    []Wait          `json:"waits,omitempty"`   // what its attempts have waited for between batches
	Preview  *Preview        `json:"preview,omitempty"` // of a dry run of batches
	Inputs   []InputFile     `json:"inputs,omitempty"`  // the files that it read
	Stages   []Stage         `json:"stages,omitempty"`  // of the latest attempt, in order
	Output   json.RawMessage `json:"output,omitempty"`
	Failure  *Failure        `json:"error,omitempty"` // why it did not succeed
	Order    *Order          `json:"order,omitempty"` // what another process has told it to do; nil: nothing
	Log      []string        `json:"log,omitempty"`   // its last lines, MaxLog at most
}

// MaxLog is how many lines of its log a run keeps.
const MaxLog = 200

// Order is what another process tells the one that is at a run. It is heeded
// between batches, about once a second.
type Order struct {
	Cancel    bool      `json:"cancel"`
	Rate      *int64    `json:"rate,omitempty"`      // items a second at most, 0 being any; nil: as it is
	BatchSize int       `json:"batchSize,omitempty"` // items; 0: as it is
	By        string    `json:"by"`
	At        time.Time `json:"at"`
}

// Over is what stands once o was given after another order: what o leaves open stays as
// that one said, and a cancel stays a cancel.
func (o Order) Over(before Order) Order {
	o.Cancel = o.Cancel || before.Cancel
	if o.Rate == nil {
		o.Rate = before.Rate
	}
	if o.BatchSize == 0 {
		o.BatchSize = before.BatchSize
	}
	return o
}

// Committed reports whether the run is known to have committed something in its
// database.
func (r Run) Committed() bool {
	return !r.DryRun && (r.Progress.Batches > 0 || r.Status == Succeeded && r.Delivery == ExactlyOnce)
}

// Delivery says how often an effect happens when a run is interrupted.
type Delivery string

const (
	ExactlyOnce Delivery = "exactly-once"  // effect and checkpoint share a transaction
	AtLeastOnce Delivery = "at-least-once" // the checkpoint follows the effect
	BestEffort  Delivery = "best-effort"   // outside a transaction, without a checkpoint
)

// Limits are the bounds of a run. They are the manifest's and the operator's,
// never input.
type Limits struct {
	BatchSize   int           `json:"batchSize,omitempty"`   // items
	Items       int64         `json:"items,omitempty"`       // of one attempt; 0: all
	Skip        bool          `json:"skip,omitempty"`        // a failed item is kept in the journal and the run goes on
	MaxFailures int64         `json:"maxFailures,omitempty"` // with Skip
	MaxShare    float64       `json:"maxShare,omitempty"`    // with Skip: of the items, judged from 1,000 on
	Timeout     time.Duration `json:"timeout,omitempty"`     // from the handler's start; 0: none
	PreviewAll  bool          `json:"previewAll,omitempty"`  // a dry run does every batch
	Rate        int64         `json:"rate,omitempty"`        // items a second at most; 0: any

	MaxChanges     *int64  `json:"maxChanges,omitempty"`     // nil: any number
	MaxChangeShare float64 `json:"maxChangeShare,omitempty"` // of the items; 0: any
	AcceptChanges  int64   `json:"acceptChanges,omitempty"`  // in place of both, by whoever resumed the run; 0: they hold
}

// Progress counts a run's items over all of its attempts. It follows the
// checkpoint, and may lag it by a second.
type Progress struct {
	Batches   int64  `json:"batches"`
	Processed int64  `json:"processed"` // items whose batch has committed, the failed ones too
	Failed    int64  `json:"failed"`
	Changed   int64  `json:"changed"`
	Total     *int64 `json:"total"`             // nil: not known
	Waiting   string `json:"waiting,omitempty"` // what the run waits for before its next batch; "": nothing that takes long
}

// Wait is how long a run has waited for one thing.
type Wait struct {
	Why      string        `json:"why"`      // rate, pause, probe or database
	Duration time.Duration `json:"duration"` // nanoseconds
}

// Preview says how much of a run a dry run has tried.
type Preview struct {
	Batches  int64     `json:"batches"`  // that were done and rolled back
	Complete bool      `json:"complete"` // whether those were all
	Total    *int64    `json:"total"`    // items in all; nil: not counted
	Size     int       `json:"size"`     // items a batch
	Samples  []Change  `json:"samples,omitempty"`
	Files    []Written `json:"files,omitempty"` // what would have been written
	Stop     *Failure  `json:"stop,omitempty"`  // how the run would be stopped on the way; nil: it would not
}

// Written is a file that a dry run did not write.
type Written struct {
	Name string `json:"name"`
	Size int64  `json:"size"` // bytes
}

// Change is one thing that a handler changed, or would have.
type Change struct {
	Key    string          `json:"key"`
	Before json.RawMessage `json:"before"` // null: inserted
	After  json.RawMessage `json:"after"`  // null: deleted
}

// InputFile is a file as a run found it.
type InputFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hex
}

// Stage is how long one part of the pipeline took.
type Stage struct {
	Name     string        `json:"name"`
	Duration time.Duration `json:"duration"` // nanoseconds
}

// Failure is why a run ended as it did, fit to be printed.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// Status is where a run stands. That a run is interrupted is not a status: it
// is running on record, and nobody holds its lock.
type Status string

const (
	Running   Status = "running"
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
	TimedOut  Status = "timed-out"
	Stopped   Status = "stopped"
)

// transitions is the whole table: succeeded is final, every other end may run
// again, and a resumed run whose holder died goes from running to running.
func transitions(from Status) []Status {
	switch from {
	case "":
		return []Status{Running}
	case Running:
		return []Status{Running, Succeeded, Failed, Cancelled, TimedOut, Stopped}
	case Failed, Cancelled, TimedOut, Stopped:
		return []Status{Running}
	default:
		return nil
	}
}

// Mark is where a run's record stands: what a change of it compares with, so
// that of two processes that change one record, one is told.
type Mark struct {
	Status  Status
	Attempt int
}

// Mark is where r stands.
func (r Run) Mark() Mark { return Mark{Status: r.Status, Attempt: r.Attempt} }

// Move sets the status, and refuses a transition that the table lacks.
func (r *Run) Move(to Status) error {
	if !slices.Contains(transitions(r.Status), to) {
		return fmt.Errorf("run %s: %s does not go to %s", r.ID, r.Status, to)
	}
	r.Status = to
	return nil
}
