package sqlstore

import (
	"context"
	"fmt"

	"github.com/beignet-go/beignet/handlers/issues"
)

// Upsert reads what is stored of the issues, compares, and writes what differs.
func (s *Store) Upsert(ctx context.Context, given []issues.Issue) ([]issues.Outcome, error) {
	rows := make([]row, len(given))
	for i := range given {
		var err error
		if rows[i], err = encode(&given[i]); err != nil {
			return nil, err
		}
		rows[i].refused = s.engine.refusal(&rows[i])
	}
	stored, err := s.stored(ctx, rows)
	if err != nil {
		return nil, fmt.Errorf("read stored issues: %w", s.d.Classify(err))
	}
	outcomes, changed, err := compare(rows, stored)
	if err != nil {
		return nil, err
	}
	if err := s.engine.write(ctx, s.q, changed); err != nil {
		return nil, fmt.Errorf("write issues: %w", s.d.Classify(err))
	}
	return outcomes, nil
}

func (r *row) identity() issues.Identity {
	return issues.Identity{Source: r.text[source], Key: r.text[key]}
}

// compare tells what each row does to what is stored, one after another, and
// returns the rows that are to be written, in the order of their first change.
// What is stored becomes what it is after all of them.
func compare(rows []row, stored map[issues.Identity]*row) (outcomes []issues.Outcome, changed []*row, err error) {
	outcomes = make([]issues.Outcome, len(rows))
	changed = make([]*row, 0, len(rows))
	for i := range rows {
		next := &rows[i]
		now := stored[next.identity()]
		switch {
		case next.refused != "":
			outcomes[i] = issues.Outcome{Change: issues.Refused, Reason: next.refused}
			continue
		case now == nil:
			outcomes[i].Change = issues.Inserted
		case now.text == next.text:
			continue
		default:
			outcomes[i].Change = issues.Updated
			if outcomes[i].Before, err = now.decode(); err != nil {
				return nil, nil, err
			}
			next.id, next.version = now.id, now.version
			next.indexed = now.indexed && now.text[title] == next.text[title] && now.text[body] == next.text[body]
		}
		next.changed = true
		if now != nil && now.changed {
			*now = *next // it is among the changed already
			continue
		}
		changed = append(changed, next)
		stored[next.identity()] = next
	}
	return outcomes, changed, nil
}

// stored returns what the table has of the rows' identities.
func (s *Store) stored(ctx context.Context, rows []row) (map[issues.Identity]*row, error) {
	keys := map[string][]string{} // by source
	for i := range rows {
		if rows[i].refused == "" {
			keys[rows[i].text[source]] = append(keys[rows[i].text[source]], rows[i].text[key])
		}
	}
	stored := make(map[issues.Identity]*row, len(rows))
	for source, all := range keys {
		err := s.engine.stored(ctx, s.q, source, all, func(r *row) { stored[r.identity()] = r })
		if err != nil {
			return nil, err
		}
	}
	return stored, nil
}
