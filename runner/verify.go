package runner

import (
	"context"
	"fmt"
	"math"
	"regexp"

	"github.com/beignet-go/beignet/ports"
)

// Verification is what a look at the whole audit has found.
type Verification struct {
	Events   int64        // that are as they were recorded
	Head     ports.Link   // the last of them; zero where there is none
	Keyed    int64        // Seq of the first that has a key's hash; 0: none has
	Expected int64        // Seq of the one whose hash was expected; 0: none was, or it is not there
	Fault    *Fault       // the first thing that is wrong; nil: nothing is
	Journals *JournalsSum // nil: they were not asked for, or the audit itself is at fault
}

// Fault is where the audit, or the journal of a run, is not what was recorded.
type Fault struct {
	Seq     int64  // of the event; 0: it lies in no event
	Run     string // whose journal it is; "": the audit's own
	Message string
	Hint    string
}

// Verify goes over the audit of a target and computes each hash anew, with the
// target's key. A chain without a gap, whose every hash fits and which keeps its key
// from the first event that has one, is as it was recorded up to its head. Whether
// that head is the true one is told by expect, the hash of some event that was noted
// elsewhere; "" expects none. Where there is no state there is no event.
//
// The error is a CodeAudit where there is a Fault, and else says why the audit could
// not be read. One that cannot be computed for want of its key is a CodeConfig.
func (r *Runner) Verify(ctx context.Context, t Target, expect string) (Verification, error) {
	return r.verify(ctx, t, expect, nil, func(ports.State, *chain) (*Fault, error) { return nil, nil })
}

// verify is Verify with more to be found in a chain that is sound. Visit is shown each
// of its links; nil: nobody is.
func (r *Runner) verify(ctx context.Context, t Target, expect string, visit func(ports.Link) error, more func(ports.State, *chain) (*Fault, error)) (Verification, error) {
	if expect != "" && !isHead.MatchString(expect) {
		return Verification{}, &Error{Code: CodeUsage, Message: "the expected head is no hash: it has 64 hex digits", Hint: "give it as it was printed: audit head HASH"}
	}
	c := &chain{key: t.AuditKey, expect: expect, visit: visit, next: math.MinInt64}
	state, err := r.auditOf(ctx, t)
	if err != nil {
		return c.v, err
	}
	if state == nil {
		return c.ended(c.end())
	}
	defer r.closeState(state)
	if err := c.read(ctx, state); err != nil {
		return c.v, err
	}
	fault := c.end()
	if fault == nil {
		if fault, err = more(state, c); err != nil {
			return c.v, err
		}
	}
	return c.ended(fault)
}

// isHead is what the hash of an event looks like, with a key or without.
var isHead = regexp.MustCompile(`^(hmac-sha256:)?[0-9a-f]{64}$`)

// chain is as much of the audit as has been read and found sound.
type chain struct {
	key    ports.AuditKey
	expect string
	visit  func(ports.Link) error // shown each sound link; may be nil
	next   int64                  // what is above it is still to be read
	v      Verification
	fault  *Fault
}

// read goes on to the end of the chain, or to its first fault.
func (c *chain) read(ctx context.Context, from ports.Audit) error {
	for c.fault == nil {
		links, err := from.Links(ctx, c.next, auditPage)
		if err != nil {
			return explain("audit", err)
		}
		for _, l := range links {
			if ports.Keyed(l.Hash) && len(c.key) == 0 {
				return explain("audit", &ports.KeyError{Message: fmt.Sprintf("event %d was recorded with a key, and without it nothing can be said of it", l.Seq)})
			}
			if c.fault = c.check(l); c.fault != nil {
				return nil
			}
			if err := c.add(l); err != nil {
				return err
			}
		}
		if len(links) < auditPage {
			return nil
		}
	}
	return nil
}

// check finds what is wrong with the link that comes next.
func (c *chain) check(l ports.Link) *Fault {
	due := c.v.Head.Seq + 1
	switch {
	case l.Seq < due:
		return faultAt(l.Seq, fmt.Sprintf("event %d stands before the first", l.Seq))
	case l.Seq == due+1:
		return faultAt(due, fmt.Sprintf("event %d is missing", due))
	case l.Seq > due:
		return faultAt(due, fmt.Sprintf("events %d to %d are missing", due, l.Seq-1))
	}
	key := c.key
	if !ports.Keyed(l.Hash) {
		if c.v.Keyed > 0 {
			return faultAt(l.Seq, fmt.Sprintf("event %d has no key's hash, as those before it have", l.Seq))
		}
		key = nil
	}
	if key.Hash(c.v.Head.Hash, l.Body) == l.Hash {
		return nil
	}
	message := fmt.Sprintf("event %d is not what was recorded: its hash does not fit", l.Seq)
	if len(key) > 0 {
		message += ", or it was recorded with another key"
	}
	return faultAt(l.Seq, message)
}

// add takes in a sound link.
func (c *chain) add(l ports.Link) error {
	c.v.Events++
	c.v.Head, c.next = l, l.Seq
	if ports.Keyed(l.Hash) && c.v.Keyed == 0 {
		c.v.Keyed = l.Seq
	}
	if l.Hash == c.expect {
		c.v.Expected = l.Seq
	}
	if c.visit == nil {
		return nil
	}
	return c.visit(l)
}

// end finds what is wrong with a chain that has been read to its end.
func (c *chain) end() *Fault {
	switch {
	case c.fault != nil:
		return c.fault
	case c.expect != "" && c.v.Expected == 0:
		return faultAt(c.v.Head.Seq, "no event has the expected hash: the latest ones were taken away, or the chain was written anew")
	case len(c.key) > 0 && c.v.Events > 0 && c.v.Keyed == 0:
		f := faultAt(c.v.Head.Seq, "there is a key, and no event has its hash: the chain was written anew, or the key has only just come")
		f.Hint = "if the key has just come, run a task with it first; else " + f.Hint
		return f
	}
	return nil
}

// ended is what came of it.
func (c *chain) ended(f *Fault) (Verification, error) {
	if c.v.Fault = f; f == nil {
		return c.v, nil
	}
	return c.v, &Error{Code: CodeAudit, Message: "the audit is not as it was recorded: " + f.Message, Hint: f.Hint}
}

func faultAt(seq int64, message string) *Fault {
	return &Fault{Seq: seq, Message: message, Hint: "leave the state as it is, and compare it with a backup or an earlier export"}
}
