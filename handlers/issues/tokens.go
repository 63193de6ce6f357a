package issues

import (
	"iter"
	"unicode"
	"unicode/utf8"
)

// AppendTokens appends to dst what a search index holds of text: its tokens in
// lower case, in order, separated by single spaces. A token is letters, digits
// and marks only, so it means nothing to any query language.
//
// Chinese, Japanese and Korean are written without spaces between words, so
// there each two characters that follow one another are a token, and the last
// character of a run one more: 崩溃了 gives 崩溃 溃了 了. This finds words of any
// length, by [Phrases].
func AppendTokens(dst []byte, text string) []byte {
	for s := range spans(text) {
		if len(dst) > 0 {
			dst = append(dst, ' ')
		}
		if s.cjk {
			dst = appendPairs(dst, text[s.start:s.end], true)
		} else {
			dst = appendLower(dst, text[s.start:s.end])
		}
	}
	return dst
}

// Phrase is a part of a query: tokens of [AppendTokens] that must stand in a
// row.
type Phrase struct {
	Tokens string // separated by single spaces
	Prefix bool   // the last one may be the beginning of a token
	Run    string // the part of the query, in lower case
}

// Phrases returns the parts of a query, each once: its words, and its runs of
// Chinese, Japanese and Korean characters.
func Phrases(query string) []Phrase {
	var phrases []Phrase
	seen := map[string]bool{}
	for s := range spans(query) {
		run := string(appendLower(nil, query[s.start:s.end]))
		if seen[run] {
			continue
		}
		seen[run] = true
		switch {
		case !s.cjk:
			phrases = append(phrases, Phrase{Tokens: run, Run: run})
		case utf8.RuneCountInString(run) == 1:
			phrases = append(phrases, Phrase{Tokens: run, Prefix: true, Run: run})
		default:
			phrases = append(phrases, Phrase{Tokens: string(appendPairs(nil, run, false)), Run: run})
		}
	}
	return phrases
}

// span is a run of characters of one kind.
type span struct {
	start, end int
	cjk        bool
}

// spans goes over the words and the CJK runs of text. A mark belongs to the run
// that it stands in.
func spans(text string) iter.Seq[span] {
	return func(yield func(span) bool) {
		now, open := span{}, false
		for i, r := range text {
			word, cjk := kind(r)
			if open && (word && cjk == now.cjk || unicode.Is(unicode.M, r)) {
				continue
			}
			if open {
				now.end = i
				if !yield(now) {
					return
				}
			}
			now, open = span{start: i, cjk: cjk}, word
		}
		if open {
			now.end = len(text)
			yield(now)
		}
	}
}

// kind tells whether r is a letter or digit, and of CJK.
func kind(r rune) (word, cjk bool) {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9', false
	}
	const hangulJamo, longVowel, halfLongVowel = 'ᄀ', 'ー', 'ｰ' // the vowels are of no script
	if r >= hangulJamo && (r == longVowel || r == halfLongVowel ||
		unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)) {
		return true, true
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r), false
}

// appendPairs appends each two neighbours of run as a token and, with tail, its
// last character.
func appendPairs(dst []byte, run string, tail bool) []byte {
	for first := true; run != ""; first = false {
		_, one := utf8.DecodeRuneInString(run)
		_, two := utf8.DecodeRuneInString(run[one:])
		if two == 0 && !tail {
			break
		}
		if !first {
			dst = append(dst, ' ')
		}
		dst = append(dst, run[:one+two]...)
		run = run[one:]
	}
	return dst
}

func appendLower(dst []byte, word string) []byte {
	for _, r := range word {
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
	}
	return dst
}
