package cli

import (
	"cmp"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

const (
	barAfter  = 500 * time.Millisecond // a run that is quicker shows no progress
	barEvery  = 100 * time.Millisecond
	lineEvery = 5 * time.Second
	barWidth  = 24 // columns
)

// progress shows how far a run has come: on a terminal one line with a bar, else
// a line every few seconds. Its observe is called from the handler's goroutine.
type progress struct {
	screen *screen
	task   string
	env    string
	log    *slog.Logger // where the lines must be JSON; nil: they are text
	now    func() time.Time

	before int64 // items of earlier attempts
	began  time.Time
	next   time.Time // nothing is shown before
	seen   []seen    // of the latest rateOver, oldest first
}

// seen is how far a run had come at a time.
type seen struct {
	at        time.Time
	processed int64
}

// rateOver is the time whose rate is shown, and goes on in what is left: a run may be
// slowed down, or wait.
const rateOver = 30 * time.Second

// rate is items a second over the latest time, and takes note of where the run is.
func (p *progress) rate(now time.Time, processed int64) float64 {
	if len(p.seen) == 0 {
		p.seen = append(p.seen, seen{p.began, p.before})
	}
	if last := p.seen[len(p.seen)-1]; now.Sub(last.at) >= rateOver/100 {
		p.seen = append(p.seen, seen{now, processed})
	}
	for len(p.seen) > 2 && now.Sub(p.seen[1].at) >= rateOver {
		p.seen = p.seen[1:]
	}
	since := p.seen[0]
	return float64(max(processed-since.processed, 0)) / max(now.Sub(since.at).Seconds(), 1e-3)
}

func (c *call) newProgress(task string, log *slog.Logger) *progress {
	p := &progress{screen: c.err, task: task, env: cmp.Or(c.envName, manifest.Local), now: time.Now}
	if c.logFormat == "json" {
		p.log = log
	}
	p.begin()
	return p
}

// begin counts the time from now: before it a person may have been asked.
func (p *progress) begin() {
	p.began = p.now()
	p.next = p.began.Add(lineEvery)
	if p.screen.redraws() {
		p.next = p.began.Add(barAfter)
	}
}

// tell says something of the run at work.
func (p *progress) tell(message string) {
	if p.log != nil {
		p.log.Info(message, "task", p.task, "env", p.env)
		return
	}
	p.screen.print(message + "\n")
}

func (p *progress) observe(run string, at ports.Progress) {
	now := p.now()
	rate := p.rate(now, at.Processed)
	if now.Before(p.next) {
		return
	}
	switch {
	case p.screen.redraws():
		p.next = now.Add(barEvery)
		p.screen.redraw(p.bar(at, rate))
	case p.log != nil:
		p.next = now.Add(lineEvery)
		p.log.Info("progress", "run", run, "task", p.task, "env", p.env, "batch", at.Batches, "processed", at.Processed, "total", at.Total, "rate", int64(rate))
	default:
		p.next = now.Add(lineEvery)
		p.screen.print(p.line(at, rate) + "\n")
	}
}

// bar is line with a bar in it, as far as there is a total and room.
func (p *progress) bar(at ports.Progress, rate float64) string {
	width := p.screen.Width() - 1 // a full line would wrap
	line := p.line(at, rate)
	share, known := shareDone(at)
	if !known || term.Cells(line)+barWidth+2 > width {
		return term.Fit(line, width)
	}
	full := int(share * barWidth)
	bar := p.screen.Cyan(strings.Repeat("━", full)) + p.screen.Dim(strings.Repeat("─", barWidth-full))
	return bar + "  " + line
}

// line is such as "issues.import  1,204 of 2,503  48%  3,950/s  1s left".
func (p *progress) line(at ports.Progress, rate float64) string {
	line := term.Escape(p.task) + "  " + number(at.Processed)
	share, known := shareDone(at)
	if known {
		line += fmt.Sprintf(" of %s  %.0f%%", number(*at.Total), 100*share)
	}
	line += fmt.Sprintf("  %s/s", number(int64(rate)))
	if at.Failed > 0 {
		line += "  " + number(at.Failed) + " failed"
	}
	if at.Waiting != "" {
		return line + "  waiting for the " + term.Escape(at.Waiting)
	}
	if known && rate > 0 {
		left := time.Duration(float64(*at.Total-at.Processed) / rate * float64(time.Second))
		line += "  " + max(left, 0).Round(time.Second).String() + " left"
	}
	return line
}

// shareDone is between 0 and 1: an estimated total may be passed.
func shareDone(at ports.Progress) (share float64, known bool) {
	if at.Total == nil || *at.Total < 1 {
		return 0, false
	}
	return min(float64(at.Processed)/float64(*at.Total), 1), true
}
