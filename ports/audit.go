package ports

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
)

// Event is one line of the audit. It never holds an input's value: a refusal
// names pointers and keywords.
type Event struct {
	Time        time.Time       `json:"time"`
	Action      string          `json:"action"` // task.started, task.succeeded, task.refused, … or a feature's own
	Run         string          `json:"run,omitempty"`
	Task        string          `json:"task,omitempty"`
	Environment string          `json:"environment,omitempty"`
	Actor       string          `json:"actor,omitempty"`
	Client      string          `json:"client,omitempty"`
	Tenant      string          `json:"tenant,omitempty"`
	Reason      string          `json:"reason,omitempty"`
	Resource    string          `json:"resource,omitempty"`
	Entry       int64           `json:"entry,omitempty"`    // the journal entry that this event is the copy of; 0: none
	Metadata    json.RawMessage `json:"metadata,omitempty"` // an object
}

// Link is an event as it is stored: the exact bytes, and their place in the
// chain.
type Link struct {
	Seq  int64
	Body json.RawMessage
	Hash string // AuditKey.Hash(the hash before, Body)
}

// Audit is an append-only chain of events.
type Audit interface {
	// Append adds events to the end of the chain in one commit. An event with an
	// Entry that the chain has already for its Run is left out, so that a copy
	// may be made again. A *[KeyError]: the chain is keyed, and this state was
	// opened without its key.
	Append(ctx context.Context, events ...Event) error

	// Links returns up to limit links with Seq above after, in order.
	Links(ctx context.Context, after int64, limit int) ([]Link, error)

	// Head returns the last link; zero where there is none.
	Head(ctx context.Context) (Link, error)
}

// AuditKey makes the chain's hashes HMACs, which nobody without the key can
// compute. Without one the chain shows accidents and careless hands only: whoever
// can write to the state can write a chain anew.
type AuditKey []byte

// keyed begins the hash of a link that was made with a key.
const keyed = "hmac-sha256:"

// Keyed reports whether a link's hash was made with a key.
func Keyed(hash string) bool { return strings.HasPrefix(hash, keyed) }

// Hash is the hash of a link: that of the hash before it, a newline and the stored
// bytes. The first link's hash before is empty. With a key it is HMAC-SHA-256 in
// hex after "hmac-sha256:", without one SHA-256 in hex.
func (k AuditKey) Hash(before string, body []byte) string {
	h, prefix := sha256.New(), ""
	if len(k) > 0 {
		h, prefix = hmac.New(sha256.New, k), keyed
	}
	h.Write([]byte(before))
	h.Write([]byte{'\n'})
	h.Write(body)
	return prefix + hex.EncodeToString(h.Sum(nil))
}

// Next is the hash of a link that is to follow before. A chain that has a key keeps
// it: without the key it is a *[KeyError].
func (k AuditKey) Next(before string, body []byte) (string, error) {
	if Keyed(before) && len(k) == 0 {
		return "", &KeyError{"the audit is keyed, and no key was given"}
	}
	return k.Hash(before, body), nil
}

// Recorder takes a feature's own audit events. What is recorded in a batch
// commits with it and vanishes with its rollback. It is buffered, so it returns
// nothing; a page function, which may run again, must not use it.
type Recorder interface {
	// Record notes that action was done to resource. The metadata is marshalled at
	// once and must hold no secret; one that JSON cannot hold panics.
	Record(action, resource string, metadata map[string]any)
}
