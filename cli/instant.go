package cli

import (
	"flag"
	"strconv"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v4/ffval"
)

// instant is a moment that is over: so long before now, a day in local time, or RFC
// 3339.
func instant(p *time.Time, now time.Time) flag.Value {
	return &ffval.Value[time.Time]{Pointer: p, ParseFunc: func(s string) (time.Time, error) {
		if days, ok := strings.CutSuffix(s, "d"); ok {
			if n, err := strconv.ParseUint(days, 10, 16); err == nil {
				return now.AddDate(0, 0, -int(n)), nil
			}
		}
		if d, err := time.ParseDuration(s); err == nil && d >= 0 {
			return now.Add(-d), nil
		}
		if day, err := time.ParseInLocation(time.DateOnly, s, time.Local); err == nil {
			return day, nil
		}
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return t, wantError("a time such as 24h, 7d, 2026-01-31 or 2026-01-31T08:00:00Z")
		}
		return t, nil
	}}
}
