package ports

import (
	"context"
	"encoding/json"
	"time"
)

// Checkpoint is how far a run has come. It lives with the rows that the run
// writes and moves in the batch's own transaction, so that progress and effect
// can never disagree.
type Checkpoint struct {
	Run   string
	Batch int64           // the last batch that committed; 0: none yet
	State json.RawMessage // the runner's: cursor, running output and counters; kept byte for byte
	Done  bool            // no batch is left: the run needs only its outcome
}

// Fence is a lock's token as the holder knows it. Tokens of one key only grow,
// so that a holder who lost the lock is told by the rows themselves.
type Fence struct {
	Key   string
	Token int64
}

// Entry is what a batch leaves beside its rows, in the same transaction.
type Entry struct {
	Seq  int64 // 1, 2, … within the run, over all attempts
	Kind string
	Body json.RawMessage
}

// The kinds of [Entry].
const (
	EntryRejected = "rejected" // an item that was skipped, with its reason
	EntryAudit    = "audit"    // a feature's own audit event
)

// Tx is the transaction of one batch. Its zero or one Raise comes first and its
// one Save last; after Commit or Rollback it is spent. Rollback after Commit
// does nothing. After a Raise or Save that failed, Commit fails too, and so it
// does once the ctx has ended that the transaction was begun with.
//
// Every method reports a lost connection as [ErrUnavailable], but for a Rollback,
// which it does not fail. A conflict that a new transaction may not meet is
// [ErrBusy], a statement that met its limit [ErrTimeout], and a full disk or failed
// I/O [ErrFull] or [ErrIO]. A Commit that returns ErrUnavailable may have
// happened: the caller reads the checkpoint to know.
type Tx interface {
	// Raise sets each fence's token where it is not below the stored one, before
	// anything else in an attempt's first transaction. A *[StaleError] has the stored
	// tokens that are higher, all of them: another holder has taken over, or the locks'
	// tokens have gone back (see [Held.Surpass]).
	Raise(ctx context.Context, fences []Fence) error

	// Save compares each fence's token with the stored one, moves the run's
	// checkpoint from batch c.Batch-1 to c.Batch, and appends the entries.
	// ErrStale: a token or the batch is not what it was, and nothing of this
	// transaction may commit. ErrExists: an entry's Seq is taken.
	Save(ctx context.Context, c Checkpoint, fences []Fence, entries []Entry) error

	Commit() error
	Rollback() error
}

// TxOptions bound one transaction's statements. Zero sets nothing.
type TxOptions struct {
	LockTimeout      time.Duration // for another's lock: ErrBusy
	StatementTimeout time.Duration // for a statement in all: ErrTimeout

	// IdleTimeout is how long the server keeps a transaction whose client says
	// nothing, having been stopped or cut off, and what it has locked. Then it is
	// rolled back, and the client is told ErrUnavailable. An engine whose transactions
	// die with their process knows none.
	IdleTimeout time.Duration
}

// Checkpoints reads what batches have committed, outside any of their
// transactions, and forgets it.
type Checkpoints interface {
	// Checkpoint returns the run's checkpoint. ErrNotFound: no batch of the run
	// has committed. Once a Commit has returned, with whatever error, its outcome is
	// settled by what this reads: one that the database still has in flight is waited
	// for, not overlooked.
	Checkpoint(ctx context.Context, run string) (Checkpoint, error)

	// Journal returns up to limit entries of a kind, "" being every kind, with Seq
	// above after, in order.
	Journal(ctx context.Context, run, kind string, after int64, limit int) ([]Entry, error)

	// Forget removes the run's checkpoint, its journal and the fence run:ID, all
	// or none. A run that has none of them is forgotten already.
	Forget(ctx context.Context, run string) error
}
