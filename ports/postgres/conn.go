package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// opener makes the connections of a pool.
type opener struct{ driver.Connector }

func connector(config *pgx.ConnConfig) driver.Connector {
	return opener{stdlib.GetConnector(*config)}
}

func (o opener) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := o.Connector.Connect(ctx)
	if err != nil {
		return nil, unconnected(ctx, err)
	}
	return &conn{Conn: c.(*stdlib.Conn)}, nil
}

// unconnected gives an error of connecting its class, whoever asked for the connection.
// The end of ctx says enough.
func unconnected(ctx context.Context, err error) error {
	var failed *pgconn.ConnectError
	var coded interface{ SQLState() string }
	switch {
	case ctx.Err() != nil, !errors.As(err, &failed):
		return err
	case errors.As(err, &coded):
		if classified := dialect.Postgres.Classify(err); classified != err {
			return classified
		}
		return &ports.DeniedError{Message: err.Error()} // a parameter, a database or a user that is none
	case untrusted(err):
		return &ports.DeniedError{Message: err.Error()}
	}
	return fmt.Errorf("%w: %w", ports.ErrUnavailable, err)
}

// untrusted reports whether one side of a connection has refused the certificate of the
// other, or the terms of TLS.
func untrusted(err error) bool {
	var (
		alert     tls.AlertError // the server's
		unproved  *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		host      x509.HostnameError
	)
	return errors.As(err, &alert) || errors.As(err, &unproved) ||
		errors.As(err, &authority) || errors.As(err, &invalid) || errors.As(err, &host)
}

// conn is a connection that can begin a transaction and set its limits in one round
// trip.
type conn struct {
	*stdlib.Conn
	begin string // the statements of the next BeginTx; "": the driver's own
}

func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	begin := c.begin
	c.begin = ""
	if begin == "" || c.Conn.Conn().IsClosed() {
		return c.Conn.BeginTx(ctx, o)
	}
	tx, err := c.Conn.Conn().BeginTx(ctx, pgx.TxOptions{BeginQuery: begin})
	if err != nil {
		return nil, err
	}
	return inner{ctx, tx}, nil
}

// inner is a transaction as database/sql has it.
type inner struct {
	ctx context.Context
	tx  pgx.Tx
}

func (i inner) Commit() error   { return i.tx.Commit(i.ctx) }
func (i inner) Rollback() error { return i.tx.Rollback(i.ctx) }

// beginning is what begins a transaction. Its isolation is the one that checkpoints
// are written for, whatever the database's default is.
func beginning(o ports.TxOptions) string {
	var b strings.Builder
	b.WriteString("BEGIN ISOLATION LEVEL READ COMMITTED")
	for _, limit := range []struct {
		setting string
		time.Duration
	}{{"lock_timeout", o.LockTimeout}, {"statement_timeout", o.StatementTimeout}, {"idle_in_transaction_session_timeout", o.IdleTimeout}} {
		if limit.Duration > 0 {
			fmt.Fprintf(&b, "; SET LOCAL %s = %d", limit.setting, max(1, limit.Milliseconds()))
		}
	}
	return b.String()
}
