package memstore_test

import (
	"context"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/memstore"
	"github.com/beignet-go/beignet/handlers/issues/storetest"
	"github.com/beignet-go/beignet/ports"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) storetest.Database {
		db := memstore.New()
		return storetest.Database{
			Store: db.Store(),
			Begin: func(ctx context.Context) (issues.Store, func() error, func() error, error) {
				s, tx, err := db.Begin(ctx, ports.TxOptions{})
				if err != nil {
					return nil, nil, nil, err
				}
				return s, tx.Commit, tx.Rollback, nil
			},
		}
	})
}
