package runner

import (
	"time"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

// Request is what a front end hands in. It is never changed.
type Request struct {
	Task   string // name or alias. Required
	Input  []byte // JSON text; nil: {}
	Target Target

	Actor  string // on whose behalf. Required
	Client string // the front end's own name. Required
	Tenant string
	Reason string
	Trace  string // the traceparent that this is a part of (W3C Trace Context); "": none
	Folder string // in which relative names of files are meant, for the record; "": not known

	// What a protected environment asks for. A front end takes neither from a variable.
	Named   bool   // whoever calls has named the environment
	Confirm string // the task's name, typed; wanted of a destructive task that writes

	// Expect is the name that the database must have, beside what its environment
	// expects; "": any will do.
	Expect string

	Limits  Limits
	Samples int                                 // changes that a dry run keeps to be shown; 0: 20
	Stop    <-chan Code                         // receives CodeStopped or CodeTerminated, or is closed, when the run is to end: after its batch, a one-shot at once. nil: never
	Observe func(run string, at ports.Progress) // called after each batch, from the handler's goroutine; may be nil
	Audited func(ports.Link)                    // called once the outcome is on record, with the audit's head; nil: it is not read
	Spent   []ports.Stage                       // what the front end did before, to stand first among the stages
}

// Limits are what a caller asks for instead of the manifest's. The zero value
// leaves everything to the manifest.
type Limits struct {
	BatchSize   int
	Items       int64 // of this attempt; 0: all
	OnError     manifest.OnError
	MaxFailures *manifest.MaxFailures
	Timeout     time.Duration // can only tighten the manifest's
	Rate        *int64        // items a second at most, 0 being any; nil: the manifest's
	PreviewAll  bool

	AcceptChanges int64 // of a run that is taken on: how much it may change, in place of maxChanges; 0: that holds
}
