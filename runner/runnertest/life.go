package runnertest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/beignet-go/beignet/ports"
)

// life is that of a process in a trial. It dies at one of its steps: that one is not
// done, and whatever the process tries from then on fails, so that the world and the
// state are left as a killed process leaves them.
type life struct {
	dies int // the step at which it dies, from 1; or one of those below

	mu    sync.Mutex
	steps []string // where it has been
	batch int64    // the last that has committed
	wrote int      // writes in the batch at work
	dead  bool
}

const (
	never       = 0
	firstCommit = -1 // right after it
)

var errDead = errors.New("the process has died")

// step goes on, or dies.
func (l *life) step(format string, args ...any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.locked(format, args...)
}

func (l *life) locked(format string, args ...any) error {
	if l.dead {
		return errDead
	}
	l.steps = append(l.steps, fmt.Sprintf(format, args...))
	if l.dead = len(l.steps) == l.dies; l.dead {
		return errDead
	}
	return nil
}

// alive is an error after the death.
func (l *life) alive() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return errDead
	}
	return nil
}

// begin is the step before a batch.
func (l *life) begin() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrote = 0
	return l.locked("before batch %d", l.batch+1)
}

// write is the step before a write of the handler, whose goroutine ends at its death.
func (l *life) write() {
	l.mu.Lock()
	l.wrote++
	err := l.locked("in batch %d, before write %d", l.batch+1, l.wrote)
	l.mu.Unlock()
	if err != nil {
		runtime.Goexit()
	}
}

// committed is the step after the commit of a batch.
func (l *life) committed(batch int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.batch, l.wrote = batch, 0
	if l.dies == firstCommit {
		l.dies = len(l.steps) + 1
	}
	return l.locked("with batch %d committed, before anyone was told", batch)
}

// mortalTx is a transaction of a process.
type mortalTx struct {
	ports.Tx
	life *life
}

func (m mortalTx) Raise(ctx context.Context, fences []ports.Fence) error {
	if err := m.life.alive(); err != nil {
		return err
	}
	return m.Tx.Raise(ctx, fences)
}

func (m mortalTx) Save(ctx context.Context, c ports.Checkpoint, fences []ports.Fence, entries []ports.Entry) error {
	if err := m.life.step("with batch %d written, before its commit", c.Batch); err != nil {
		return err
	}
	if err := m.Tx.Save(ctx, c, fences, entries); err != nil {
		return err
	}
	m.life.mu.Lock()
	defer m.life.mu.Unlock()
	m.life.batch = c.Batch - 1
	return nil
}

func (m mortalTx) Commit() error {
	if err := m.life.alive(); err != nil {
		return err
	}
	if err := m.Tx.Commit(); err != nil {
		return err
	}
	return m.life.committed(m.life.batch + 1)
}

// mortalCheckpoints cannot be read by the dead.
type mortalCheckpoints struct {
	ports.Checkpoints
	life *life
}

func (m mortalCheckpoints) Checkpoint(ctx context.Context, run string) (ports.Checkpoint, error) {
	if err := m.life.alive(); err != nil {
		return ports.Checkpoint{}, err
	}
	return m.Checkpoints.Checkpoint(ctx, run)
}

// mortalState is a process's way to the state.
type mortalState struct {
	ports.State
	life *life
}

func (m mortalState) Begin(ctx context.Context) (ports.Tx, error) {
	if err := m.life.begin(); err != nil {
		return nil, err
	}
	tx, err := m.State.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return mortalTx{tx, m.life}, nil
}

func (m mortalState) Checkpoint(ctx context.Context, run string) (ports.Checkpoint, error) {
	return mortalCheckpoints{m.State, m.life}.Checkpoint(ctx, run)
}

func (m mortalState) Update(ctx context.Context, run ports.Run, from ports.Mark, events ...ports.Event) error {
	if run.Status == ports.Running { // its progress, or that it goes on
		if err := m.life.alive(); err != nil {
			return err
		}
	} else if err := m.life.step("before the outcome was on record"); err != nil {
		return err
	}
	return m.State.Update(ctx, run, from, events...)
}

func (m mortalState) Append(ctx context.Context, events ...ports.Event) error {
	if err := m.life.step("before its events were in the audit"); err != nil {
		return err
	}
	return m.State.Append(ctx, events...)
}

func (m mortalState) Lock(ctx context.Context, by ports.Holder, keys []string) (ports.Held, error) {
	held, err := m.State.Lock(ctx, by, keys)
	return mortalHeld{held, m.life}, err
}

// mortalHeld are a process's locks, which it cannot free once it is dead.
type mortalHeld struct {
	ports.Held
	life *life
}

func (m mortalHeld) Release(forget ...string) error {
	if err := m.life.alive(); err != nil {
		return err
	}
	return m.Held.Release(forget...)
}

// mortalRecorder takes a feature's events, each of which is a write.
type mortalRecorder struct {
	ports.Recorder
	life *life
}

func (m mortalRecorder) Record(action, resource string, metadata map[string]any) {
	m.life.write()
	m.Recorder.Record(action, resource, metadata)
}

// mortalFiles are a process's files. A new one is a write.
type mortalFiles struct {
	ports.Files
	life *life
}

func (m mortalFiles) Create(name string, overwrite bool) (ports.NewFile, error) {
	m.life.write()
	return m.Files.Create(name, overwrite)
}
