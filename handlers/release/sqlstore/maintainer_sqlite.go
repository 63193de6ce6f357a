package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/beignet-go/beignet/handlers/release"
	"github.com/beignet-go/beignet/ports/dialect"
)

type sqliteMaintainer struct{ db *sql.DB }

// Check is SQLite's integrity check, which looks into virtual tables too and stops
// at a hundred findings.
func (m sqliteMaintainer) Check(ctx context.Context) error {
	found, err := m.findings(ctx)
	if err != nil {
		return fmt.Errorf("integrity check: %w", dialect.SQLite.Classify(err))
	}
	if len(found) > 0 {
		return fmt.Errorf("integrity check: %w", &release.DamageError{Findings: found})
	}
	return nil
}

func (m sqliteMaintainer) findings(ctx context.Context) (found []string, err error) {
	rows, err := m.db.QueryContext(ctx, "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var finding string
		if err := rows.Scan(&finding); err != nil {
			return nil, err
		}
		found = append(found, finding)
	}
	return found, rows.Err()
}

// Size is that of the file once its write-ahead log has been folded in.
func (m sqliteMaintainer) Size(ctx context.Context) (s release.Size, err error) {
	err = m.db.QueryRowContext(ctx, "SELECT page_count * page_size, freelist_count * page_size "+
		"FROM pragma_page_count, pragma_page_size, pragma_freelist_count").Scan(&s.Bytes, &s.Free)
	if err != nil {
		return s, fmt.Errorf("read the database's size: %w", dialect.SQLite.Classify(err))
	}
	return s, nil
}

// Optimize looks at all tables (0x10000) and does all that is done by default:
// without that it looks at those that this connection has read, which has read none.
func (m sqliteMaintainer) Optimize(ctx context.Context) error {
	if _, err := m.db.ExecContext(ctx, "PRAGMA optimize(0x1fffe)"); err != nil {
		return fmt.Errorf("renew the statistics: %w", dialect.SQLite.Classify(err))
	}
	return nil
}

// Vacuum folds the write-ahead log in too, which holds the new database until
// then. Where somebody reads meanwhile, that is left to the last to close.
func (m sqliteMaintainer) Vacuum(ctx context.Context) error {
	for _, statement := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := m.db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("vacuum: %w", dialect.SQLite.Classify(err))
		}
	}
	return nil
}
