package cli

import (
	"flag"
	"time"

	"github.com/peterbourgon/ff/v4/ffval"
)

// someTimes are examples of an instant, for help and errors.
const someTimes = "12h, 90d, 2w, 2026-01-31 or 2026-01-31T08:00:00Z"

// instant is a moment that is over: an age before now, a day in local time, or RFC
// 3339.
func instant(p *time.Time, now time.Time) flag.Value {
	return &ffval.Value[time.Time]{Pointer: p, ParseFunc: func(s string) (time.Time, error) {
		if d, ok := parseAge(s); ok {
			return now.Add(-d), nil
		}
		if day, err := time.ParseInLocation(time.DateOnly, s, time.Local); err == nil {
			return day, nil
		}
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return t, wantError("a time such as " + someTimes)
		}
		return t, nil
	}}
}
