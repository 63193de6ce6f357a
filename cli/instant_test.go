package cli

import (
	"testing"
	"time"
)

func TestInstant(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	for given, want := range map[string]time.Time{
		"24h":                       now.Add(-24 * time.Hour),
		"90s":                       now.Add(-90 * time.Second),
		"7d":                        time.Date(2026, 3, 24, 12, 0, 0, 0, time.UTC),
		"2w":                        time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC),
		"0d":                        {},
		"999999d":                   {},
		"2026-01-31":                time.Date(2026, 1, 31, 0, 0, 0, 0, time.Local),
		"2026-01-31T08:00:00+02:00": time.Date(2026, 1, 31, 6, 0, 0, 0, time.UTC),
		"-1h":                       {},
		"1.5d":                      {},
		"yesterday":                 {},
		"2026-02-30":                {},
		"":                          {},
	} {
		var got time.Time
		if err := instant(&got, now).Set(given); (err == nil) == want.IsZero() || !got.Equal(want) {
			t.Errorf("%q is %s (%v), want %s", given, got, err, want)
		}
	}
}
