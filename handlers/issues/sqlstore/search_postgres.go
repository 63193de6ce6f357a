package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/ports"
)

// The bounds of a tsvector. Its positions serve to rank alone, so that nothing is
// missed for them: words that must stand in a row are looked for in the text.
const (
	maxLexeme    = 2046
	maxVector    = 1<<20 - 1 // bytes of lexemes and positions
	maxPosition  = 1<<14 - 1
	maxPositions = 64 // of a lexeme; it could have 255
)

// stages are tsqueries over the tokens. Those in the title come by an index of
// their own, and all are ranked by the words of both: a match in a title weighs as
// much as ten in a body.
func (e postgres) stages(text string, phrases []issues.Phrase) []stage {
	if !holdsQuery(phrases) {
		return nil
	}
	const rank = "ts_rank(s.words, $3::text::tsquery, 1) DESC, s.id"
	query, title := tsquery(phrases), quoteLexeme(wholeTitle(issues.AppendTokens(nil, text)))
	exact := stage{"s.title @@ $4::text::tsquery", rank, []any{query, title}}
	if e.holds(text) {
		exact.order, exact.args = "i.title = $5 DESC, "+rank, append(exact.args, text)
	}
	inTitle, runs := rowsOf(phrases, 4, "strpos(i.title, %s) > 0")
	anywhere, _ := rowsOf(phrases, 4, "(strpos(i.title, %[1]s) > 0 OR strpos(i.body, %[1]s) > 0)")
	args := append([]any{query}, runs...)
	return []stage{exact,
		{"s.title @@ $3::text::tsquery" + inTitle, rank, args},
		{"s.words @@ $3::text::tsquery" + anywhere, rank, args},
	}
}

func (postgres) matching(phrases []issues.Phrase, n int) (condition string, args []any) {
	if !holdsQuery(phrases) {
		return "FALSE", nil
	}
	runs, args := rowsOf(phrases, n+1, "(strpos(i.title, %[1]s) > 0 OR strpos(i.body, %[1]s) > 0)")
	return fmt.Sprintf("i.id IN (SELECT s.id FROM issues_search s WHERE s.words @@ $%d::text::tsquery)", n) + runs,
		append([]any{tsquery(phrases)}, args...)
}

// holdsQuery reports whether a tsquery can be made of the phrases. One that is too
// large has more words than a vector.
func holdsQuery(phrases []issues.Phrase) bool { return len(tsquery(phrases)) <= maxVector }

// rowsOf are conditions for the phrases of several tokens, by their text, from
// argument n on: a token of a run of CJK is of two neighbours, so that tokens in a
// row are neighbours in the text.
func rowsOf(phrases []issues.Phrase, n int, condition string) (conditions string, args []any) {
	for _, p := range phrases {
		if strings.Contains(p.Tokens, " ") {
			conditions += " AND " + fmt.Sprintf(condition, fmt.Sprint("$", n+len(args)))
			args = append(args, p.Run)
		}
	}
	return conditions, args
}

// tsquery wants every token of the phrases.
func tsquery(phrases []issues.Phrase) string {
	var b strings.Builder
	for _, p := range phrases {
		for token := range strings.SplitSeq(p.Tokens, " ") {
			if b.Len() > 0 {
				b.WriteString(" & ")
			}
			b.WriteString(quoteLexeme(lexeme(token)))
			if p.Prefix {
				b.WriteString(":*")
			}
		}
	}
	return b.String()
}

// quoteLexeme needs no escapes: a lexeme is letters, digits, marks and dots.
func quoteLexeme(l string) string { return "'" + l + "'" }

// lexeme is a token as the index has it: where it is too long, a digest of it.
func lexeme(token string) string {
	if len(token) <= maxLexeme {
		return token
	}
	sum := sha256.Sum256([]byte(token))
	return "··" + hex.EncodeToString(sum[:])
}

// wholeTitle is the lexeme of a whole title, which begins as no token does.
func wholeTitle(tokens []byte) string { return lexeme("·" + whole(string(tokens))) }

// vector makes the text of a tsvector of tokens.
type vector struct {
	places map[string][]int // by lexeme
	order  []string         // of the lexemes, as they were first added
	next   int              // the position of the next token
}

// add adds the tokens of a text. title gives them weight A.
func (v *vector) add(tokens []byte, title bool) {
	for token := range strings.SplitSeq(string(tokens), " ") {
		if token == "" {
			continue
		}
		v.next++
		l := lexeme(token)
		places := v.places[l]
		if places == nil {
			v.order = append(v.order, l)
		}
		if len(places) < maxPositions && (places == nil || v.next <= maxPosition) {
			place := min(v.next, maxPosition)
			if title {
				place = -place
			}
			v.places[l] = append(places, place)
		}
	}
}

// size is what the lexemes take in the database.
func (v *vector) size(positions bool) (n int) {
	for l, places := range v.places {
		n += len(l) + len(l)%2
		if positions {
			n += 2 + 2*len(places)
		}
	}
	return n
}

// text has no positions where they do not fit. Where the lexemes alone do not,
// the last of them are left out: that is a text of more than a megabyte of words
// that are all different.
func (v *vector) text() string {
	var b strings.Builder
	positions, size := v.size(true) <= maxVector, 0
	for _, l := range v.order {
		if size += len(l) + len(l)%2; !positions && size > maxVector {
			break
		}
		b.WriteByte('\'')
		b.WriteString(l)
		b.WriteByte('\'')
		for n, place := range v.places[l] {
			if !positions {
				break
			}
			b.WriteByte(":,"[min(n, 1)])
			if place < 0 {
				fmt.Fprintf(&b, "%dA", -place)
			} else {
				fmt.Fprint(&b, place)
			}
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// vectors are the columns title and words of an entry.
func vectors(i *issues.Issue) (title, words string) {
	tokens := issues.AppendTokens(nil, i.Title)
	both := vector{places: map[string][]int{}}
	both.add(tokens, true)
	alone := vector{places: map[string][]int{}}
	alone.add(tokens, false)
	both.add(issues.AppendTokens(nil, i.Body), false)
	title = alone.text()
	if len(tokens) > 0 {
		title += quoteLexeme(wholeTitle(tokens))
	}
	return title, both.text()
}

// put writes the entries of all issues with one statement, and marks them with
// another.
func (postgres) put(ctx context.Context, q ports.Querier, given []issues.Issue) (int64, error) {
	ids, titles, bodies := make([]int64, len(given)), make([]string, len(given)), make([]string, len(given))
	for n := range given {
		ids[n] = given[n].ID
		titles[n], bodies[n] = vectors(&given[n])
	}
	_, err := q.ExecContext(ctx, `INSERT INTO issues_search (id, title, words)
		SELECT u.id, u.title::tsvector, u.words::tsvector FROM unnest($1::bigint[], $2::text[], $3::text[]) AS u (id, title, words)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, words = excluded.words`, ids, titles, bodies)
	if err != nil {
		return 0, err
	}
	done, err := q.ExecContext(ctx, "UPDATE issues SET indexed = 1 WHERE id = ANY ($1::bigint[])", ids)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}
