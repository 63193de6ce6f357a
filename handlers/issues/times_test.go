package issues

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		// with a zone
		"2024-06-26T07:35:16Z":                "2024-06-26T07:35:16Z",
		"2024-06-26T07:35:16.123456789+02:00": "2024-06-26T05:35:16.123456789Z",
		"2020-01-02 17:14:21+00:00":           "2020-01-02T17:14:21Z",
		"2020-01-02 17:14:21.5-07:00":         "2020-01-03T00:14:21.5Z",
		"2020-01-02T17:14:21.000+0530":        "2020-01-02T11:44:21Z",
		"  2024-06-26T07:35:16Z ":             "2024-06-26T07:35:16Z",
		// of the zone given, in winter and in summer
		"20/Jan/21 17:20":     "2021-01-20T16:20:00Z",
		"30/Sep/21 17:20":     "2021-09-30T15:20:00Z",
		"3/Sep/21 5:20 PM":    "2021-09-03T15:20:00Z",
		"30/Sep/21":           "2021-09-29T22:00:00Z",
		"30/Sep/69 00:00":     "1969-09-29T23:00:00Z",
		"2020-01-02 17:14:21": "2020-01-02T16:14:21Z",
		"2020-07-02T17:14:21": "2020-07-02T15:14:21Z",
		"2020-07-02 17:14":    "2020-07-02T15:14:00Z",
		"2020-07-02":          "2020-07-01T22:00:00Z",
		"1850-07-02 17:14":    "1850-07-02T16:20:32Z", // local mean time
		// none
		"":   "0001-01-01T00:00:00Z",
		" ":  "0001-01-01T00:00:00Z",
		"\t": "0001-01-01T00:00:00Z",
	} {
		got, err := parseTime(text, berlin)
		if err != nil || got.Format(time.RFC3339Nano) != want || got.Location() != time.UTC {
			t.Errorf("%q: got %v, %v; want %s", text, got, err, want)
		}
	}
}

func TestParseTimeRefuses(t *testing.T) {
	t.Parallel()
	const hint = " is no time; write it like 2024-05-31T17:30:00Z, 2024-05-31 17:30:00+02:00 or 31/May/24 17:30"
	for text, shown := range map[string]string{
		"yesterday":                                 `"yesterday"`,
		"31/Feb/21 10:00":                           `"31/Feb/21 10:00"`,
		"2021-13-01T00:00:00Z":                      `"2021-13-01T00:00:00Z"`,
		"2021-12-01T24:00:00Z":                      `"2021-12-01T24:00:00Z"`,
		"1606681200":                                `"1606681200"`,
		"01/02/2021":                                `"01/02/2021"`,
		"9999-12-31T23:59:59-01:00":                 `"9999-12-31T23:59:59-01:00"`,
		"0000-01-01T00:00:00+01:00":                 `"0000-01-01T00:00:00+01:00"`,
		"a\x1b[31m\u202e":                           `"a\x1b[31m\u202e"`,
		"0123456789012345678901234567890123456789x": `"0123456789012345678901234567890123456789"…`,
		"崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩": `"崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩崩"…`,
	} {
		got, err := parseTime(text, time.UTC)
		if err == nil || err.Error() != shown+hint {
			t.Errorf("%q: got %v, %v; want %s", text, got, err, shown+hint)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, text := range []string{"2024-06-26T07:35:16.5Z", "2020-01-02 17:14:21+00:00", "30/Sep/21 17:20", "2020-07-02"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseTime(text, time.UTC)
		if err != nil || got.IsZero() {
			return
		}
		again, err := parseTime(got.Format(time.RFC3339Nano), time.UTC)
		if err != nil || !again.Equal(got) {
			t.Errorf("%q is %v, which is read as %v, %v", text, got, again, err)
		}
	})
}
