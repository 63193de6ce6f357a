package issues

import (
	"strings"
	"unicode/utf8"
)

// How much of a body a snippet shows, in characters.
const (
	snippetBefore = 40
	snippetAfter  = 120
)

// snippet is what of a body surrounds the first match, on one line, or its
// beginning where only the title matches. What is cut off shows as …
func snippet(body string, phrases []Phrase) string {
	at := max(0, find(body, phrases))
	start, end := at, at
	for range snippetBefore {
		_, size := utf8.DecodeLastRuneInString(body[:start])
		start -= size
	}
	for range snippetAfter {
		_, size := utf8.DecodeRuneInString(body[end:])
		end += size
	}
	line := strings.Join(strings.Fields(body[start:end]), " ")
	if start > 0 {
		line = "…" + line
	}
	if end < len(body) {
		line += "…"
	}
	return line
}

// find returns where a phrase first stands in text, or -1.
func find(text string, phrases []Phrase) int {
	var lower []byte
	for s := range spans(text) {
		lower = appendLower(lower[:0], text[s.start:s.end])
		for _, p := range phrases {
			if string(lower) == p.Run {
				return s.start
			}
			if at := strings.Index(string(lower), p.Run); s.cjk && at >= 0 {
				return s.start + at // no character of CJK has two cases
			}
		}
	}
	return -1
}
