package issues

import (
	"fmt"
	"strings"
	"time"
)

// timeForms are how trackers write times, the commonest first. A fraction of a
// second may follow the seconds of any.
var timeForms = [...]string{
	time.RFC3339,
	"2006-01-02 15:04:05-07:00",
	"2006-01-02 15:04:05",
	"2006-01-02T15:04:05-0700",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04",
	"2006-01-02",
}

// slashForms are Jira's, whose months have names.
var slashForms = [...]string{
	"2/Jan/06 15:04",
	"2/Jan/06 3:04 PM",
	"2/Jan/06",
}

// parseTime reads a time by its form, in whichever tracker's file it stands, as
// an instant in UTC. One without a zone is of zone. Empty is the zero time.
func parseTime(text string, zone *time.Location) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}, nil
	}
	forms := timeForms[:]
	if strings.Contains(text, "/") {
		forms = slashForms[:]
	}
	for _, form := range forms {
		t, err := time.ParseInLocation(form, text, zone)
		if err != nil {
			continue
		}
		if t = t.UTC(); t.Year() < 0 || t.Year() > 9999 {
			break // a year that no form can be written with
		}
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%s is no time; write it like 2024-05-31T17:30:00Z, 2024-05-31 17:30:00+02:00 or 31/May/24 17:30", shown(text))
}

// shown is a cell's text as a message shows it: quoted, and cut where it is
// long.
func shown(text string) string {
	const most = 40
	if runes := []rune(text[:min(len(text), 4*most)]); len(runes) > most {
		return fmt.Sprintf("%q…", string(runes[:most]))
	}
	return fmt.Sprintf("%q", text)
}
