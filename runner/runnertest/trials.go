package runnertest

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// allAtOnce is a batch size that holds every item of a trial.
const allAtOnce = 10_000

// control runs the task without an interruption and returns what it comes to, and
// the steps at which it could have died.
func (c *chaos[D]) control() (ending, []string) {
	c.t.Helper()
	c.begin()
	before := c.look()
	run, err := c.run(chaosBatch, c.trials.Input)
	switch {
	case err != nil:
		c.t.Fatalf("%s fails where nothing interrupts it: %s", c.trials.Task, describe(err))
	case run.DryRun:
		c.t.Fatalf("the Input of %s asks for a dry run, which writes nothing: set dryRun to false", c.trials.Task)
	}
	end := c.ending(run)
	steps := c.life.steps
	switch {
	case end.batched && run.Progress.Batches < 2:
		c.t.Fatalf("%s has %d items in this world: give it five to nine, so that there are batches of %d to die between", c.trials.Task, end.items, chaosBatch)
	case c.world.State != nil && reflect.DeepEqual(before, end.state):
		c.t.Fatalf("%s changes nothing that State shows, so that no trial could fail: give it something to do, and let State show it", c.trials.Task)
	case len(steps) > maxSteps:
		c.t.Fatalf("%s can be interrupted at %d places in this world: give it five to nine items", c.trials.Task, len(steps))
	}
	return end, steps
}

// twoWorlds refuses worlds that differ, which are no controls of each other.
func (c *chaos[D]) twoWorlds() {
	c.t.Helper()
	c.begin()
	one := c.look()
	c.begin()
	if other := c.look(); !reflect.DeepEqual(one, other) {
		c.t.Fatalf("two fresh worlds differ, so that their runs cannot be compared: %s", differing(other, one))
	}
}

// otherSizes runs the task one item at a time, and all at once.
func (c *chaos[D]) otherSizes(control ending) {
	c.t.Helper()
	for _, size := range []int{1, allAtOnce} {
		c.begin()
		run, err := c.run(size, c.trials.Input)
		if err != nil {
			c.t.Errorf("in batches of %d %s fails, and in batches of %d it does not: %s", size, c.trials.Task, chaosBatch, describe(err))
			continue
		}
		end := c.ending(run)
		switch {
		case end.items != control.items:
			c.t.Errorf("the source of %s gives %d items in batches of %d, and %d in batches of %d: "+
				"it leaves out, or gives twice, items whose cursor equals the last one's of the page before. "+
				"Make the cursor unique, such as (time, id), and read what is after it in that order",
				c.trials.Task, end.items, size, control.items, chaosBatch)
			return
		case !reflect.DeepEqual(end.state, control.state):
			c.t.Errorf("%s ends otherwise in batches of %d than in batches of %d, so that what it writes depends on where a batch ends: %s",
				c.trials.Task, size, chaosBatch, differing(end.state, control.state))
			return
		case end.output != control.output:
			c.t.Errorf("the output of %s is %s in batches of %d and %s in batches of %d: b.Out is the result of all batches so far, and is added to, never set anew",
				c.trials.Task, end.output, size, control.output, chaosBatch)
			return
		}
	}
}

// interruptions kills the task at every step, and once after every batch.
func (c *chaos[D]) interruptions(control ending, steps []string) {
	c.t.Helper()
	for i, step := range steps {
		if !c.interrupted(control, i+1, step) {
			return // the others fail for the same reason
		}
	}
	if control.batched {
		c.killedAgainAndAgain(control)
	}
}

// interrupted kills the task at a step, takes it on, and compares.
func (c *chaos[D]) interrupted(control ending, at int, where string) bool {
	c.t.Helper()
	c.begin()
	c.process(at)
	run, err := c.run(chaosBatch, c.trials.Input)
	if err == nil || !c.life.dead {
		c.t.Errorf("%s is not the same in two fresh worlds: it did not come to %q again (%v)", c.trials.Task, where, err)
		return false
	}
	if run, err = c.goesOn(run, never); err != nil {
		c.t.Errorf("%s was interrupted %s, and does not go on: %s", c.trials.Task, where, describe(err))
		return false
	}
	return c.same(control, c.ending(run), "interrupted "+where+" and taken on")
}

// killedAgainAndAgain kills every attempt right after its first commit.
func (c *chaos[D]) killedAgainAndAgain(control ending) {
	c.t.Helper()
	c.begin()
	c.process(firstCommit)
	run, err := c.run(chaosBatch, c.trials.Input)
	for kills := 1; err != nil; kills++ {
		if !c.life.dead || kills > maxSteps {
			c.t.Errorf("%s was interrupted after each of its batches, and does not go on: %s", c.trials.Task, describe(err))
			return
		}
		run, err = c.goesOn(run, firstCommit)
	}
	c.same(control, c.ending(run), "interrupted after each batch and taken on")
}

// goesOn takes the run of a dead process on, in one that dies when life says. One that has committed nothing and is a one-shot is
// started anew, unless it may have had its effect.
func (c *chaos[D]) goesOn(run ports.Run, dies int) (ports.Run, error) {
	c.state.Kill(run.ID)
	c.process(dies)
	next, err := c.kit.Resume(run.ID, runner.Request{})
	var refused *runner.Error
	if !errors.As(err, &refused) || refused.Code != runner.CodeNotResumable {
		return orElse(next, run), err
	}
	if run.Delivery == ports.BestEffort && c.trials.Once {
		return run, nil
	}
	return c.run(chaosBatch, c.trials.Input)
}

// orElse is next, or the run before it where none was made.
func orElse(next, run ports.Run) ports.Run {
	if next.ID == "" {
		return run
	}
	return next
}

// same reports whether a trial has come to the end of the control.
func (c *chaos[D]) same(control, end ending, how string) bool {
	c.t.Helper()
	switch {
	case !reflect.DeepEqual(end.state, control.state):
		c.t.Errorf("%s, %s ends otherwise than in one go: %s\n"+
			"What a batch writes must be undone with its transaction: apply writes through the stores that it is given, or where the effect lies elsewhere, "+
			"by b.Key, under which it is done once; and the source must go on after the cursor, whatever has been written by then", how, c.trials.Task, differing(end.state, control.state))
	case control.anew:
		return true
	case end.output != control.output:
		c.t.Errorf("%s, %s has the output %s, and in one go %s: keep what is counted in b.Out, which is undone with its batch", how, c.trials.Task, end.output, control.output)
	case end.progress != control.progress:
		c.t.Errorf("%s, %s has %s, and in one go %s", how, c.trials.Task, end.progress, control.progress)
	case !reflect.DeepEqual(end.events, control.events):
		c.t.Errorf("%s, %s has other audit events of its own than in one go: %s", how, c.trials.Task, differing(end.events, control.events))
	default:
		return true
	}
	return false
}

// again runs the task over what it has done.
func (c *chaos[D]) again(control ending) {
	c.t.Helper()
	c.begin()
	if _, err := c.run(chaosBatch, c.trials.Input); err != nil {
		c.t.Errorf("%s fails: %s", c.trials.Task, describe(err))
		return
	}
	if _, err := c.run(chaosBatch, c.trials.Input); err != nil {
		c.t.Errorf("a second run of %s fails: %s\nWhere it is meant to be run once, say so: Once", c.trials.Task, describe(err))
		return
	}
	if state := c.look(); !reflect.DeepEqual(state, control.state) {
		c.t.Errorf("a second run of %s changes what the first has done: %s\n"+
			"Someone will run it twice: let it leave alone what is done. Where it is meant to be run once, say so: Once", c.trials.Task, differing(state, control.state))
	}
}

// dry runs the task dry: every batch of it, and as a preview does it.
func (c *chaos[D]) dry(control ending) {
	c.t.Helper()
	c.begin()
	before := c.look()
	req := runner.Request{Task: c.trials.Task, Input: []byte(c.dryInput())}
	if control.batched {
		req.Limits = runner.Limits{BatchSize: chaosBatch, PreviewAll: true}
	}
	run, err := c.kit.Do(req)
	if err != nil {
		c.t.Errorf("a dry run of %s fails: %s", c.trials.Task, describe(err))
	}
	if state := c.look(); !reflect.DeepEqual(state, before) {
		c.t.Errorf("a dry run of %s has written: %s\n"+
			"Its transaction is rolled back: let the handler write through the stores that it is given, or where it has .DryRun(), heed in.DryRun", c.trials.Task, differing(state, before))
	}
	if events := c.ending(run).events; len(events) > 0 {
		c.t.Errorf("a dry run of %s has left audit events: %q", c.trials.Task, events)
	}
}

// maxDiffering is how many differences a message has.
const maxDiffering = 3

// differing says in what two values differ: of lists, in which items.
func differing(got, want any) string {
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	if !g.IsValid() || !w.IsValid() || g.Type() != w.Type() || g.Kind() != reflect.Slice {
		return fmt.Sprintf("got %s, want %s", shown(got), shown(want))
	}
	text := ""
	if g.Len() != w.Len() {
		text = fmt.Sprintf("%d items, want %d", g.Len(), w.Len())
	}
	for i, found := 0, 0; i < max(g.Len(), w.Len()) && found < maxDiffering; i++ {
		one, other := at(g, i), at(w, i)
		if reflect.DeepEqual(one, other) {
			continue
		}
		found++
		if text != "" {
			text += "; "
		}
		text += fmt.Sprintf("item %d is %s, want %s", i, shown(one), shown(other))
	}
	return text
}

func at(list reflect.Value, i int) any {
	if i >= list.Len() {
		return nil
	}
	return list.Index(i).Interface()
}

// shown is a value, not too long.
func shown(v any) string {
	const most = 300
	if v == nil {
		return "nothing"
	}
	text := fmt.Sprintf("%+v", v)
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
}
