package cli

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v4/ffval"
)

const day = 24 * time.Hour

// ago is how long before now something was, to the unit that people would name.
func ago(d time.Duration) string {
	switch {
	case d < time.Second:
		return "just now"
	case d < time.Minute:
		return fmt.Sprintf("%ds ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", int(d.Minutes()))
	case d < 2*day:
		return fmt.Sprintf("%dh ago", int(d.Hours()))
	default:
		return fmt.Sprintf("%dd ago", int(d/day))
	}
}

// moment is a time with how long ago it was.
func moment(t, now time.Time) string {
	return t.UTC().Format("2006-01-02 15:04:05") + " UTC, " + ago(now.Sub(t))
}

// stamp is a time as JSON has it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// maxAge is more than any record is old, and small enough to be subtracted.
const maxAge = 200 * 365 * day

// someAges are examples of an age, for help and errors.
const someAges = "12h, 90d or 2w"

// age is a time back from now, such as 90d.
func age(p *time.Duration) flag.Value {
	return &ffval.Value[time.Duration]{Pointer: p, ParseFunc: func(s string) (time.Duration, error) {
		if d, ok := parseAge(s); ok {
			return d, nil
		}
		return 0, wantError("an age such as " + someAges)
	}}
}

// parseAge is time.ParseDuration with days and weeks, alone.
func parseAge(s string) (time.Duration, bool) {
	for unit, of := range map[string]time.Duration{"d": day, "w": 7 * day} {
		if digits, ok := strings.CutSuffix(s, unit); ok {
			n, err := strconv.ParseUint(digits, 10, 32)
			return time.Duration(n) * of, err == nil && n > 0 && n <= uint64(maxAge/of)
		}
	}
	d, err := time.ParseDuration(s)
	return d, err == nil && d > 0 && d <= maxAge
}
