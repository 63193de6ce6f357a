package postgres

import (
	"errors"
	"io/fs"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/beignet-go/beignet/ports"
)

// Is reports whether an address is one of this package's: a URL of the scheme
// postgres or postgresql.
func Is(address string) bool {
	scheme, _, found := strings.Cut(address, "://")
	return found && slices.Contains([]string{"postgres", "postgresql"}, strings.ToLower(scheme))
}

// Name is what an address points at, as messages and records name it: host, port and
// database, and neither user nor password. An [ports.AddressError] says what is wrong
// with an address, and repeats nothing of it that may be a password.
func Name(address string) (string, error) {
	_, name, err := parse(address)
	return name, err
}

// unanswered is how long what was sent to a server may stay unacknowledged.
const unanswered = 30 * time.Second

const form = "write postgres://USER@HOST:PORT/DATABASE"

// parse reads an address. What an address leaves out is taken from where every client
// of PostgreSQL has it, such as PGPASSWORD and ~/.pgpass, but for the host and the
// database: what is written to is said, not found. The errors of url and pgx repeat
// the address, and are dropped.
func parse(address string) (*pgx.ConnConfig, string, error) {
	if !Is(address) {
		return nil, "", &ports.AddressError{Message: "this is no address of a PostgreSQL database: " + form}
	}
	scheme, rest, _ := strings.Cut(address, "://")
	address = strings.ToLower(scheme) + "://" + rest
	u, err := url.Parse(address)
	if err != nil {
		return nil, "", &ports.AddressError{Message: "the database's address is malformed: " + form +
			", and what is not a letter or digit in the user or the password as %XX"}
	}
	if torn(u) {
		return nil, "", &ports.AddressError{Message: "the database's address has an @ behind its host: " + form +
			", and what is not a letter or digit in the user or the password as %XX, such as %2F for /, %23 for #, %3F for ? and %40 for @"}
	}
	if u.Host == "" && u.Query().Get("host") == "" {
		return nil, "", &ports.AddressError{Message: "the database's address names no host: " + form}
	}
	if strings.Trim(u.Path, "/") == "" && u.Query().Get("dbname") == "" {
		return nil, "", &ports.AddressError{Message: "the database's address names no database: " + form}
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, "", &ports.AddressError{Message: "the database's address cannot be used: " + detail(err)}
	}
	if !u.Query().Has("default_query_exec_mode") {
		// A statement has no name, and what the server says about its parameters is kept
		// here: a named one would outlive its transaction on a connection that PgBouncer
		// gives to another. That plans a statement at each use: a batch of 1,000 upserts
		// by unnest took 1.06 of the time with named ones, its Save 0.55 ms for 0.15, a
		// statement a row 1.9 times as long (measured). Exec saves nothing more, and
		// guesses the types.
		config.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	config.RuntimeParams["client_encoding"] = "UTF8"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "beignet"
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	// A server that has gone without a word is noticed, though nothing is sent to it.
	dialer := net.Dialer{Control: bound, KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}}
	config.DialFunc = dialer.DialContext
	return config, name(config), nil
}

// torn reports whether a part of an address that names what is written to may be one of
// a password: a / a # or a ? in it ends the host, and what is before it may pass for a
// user's name as the host and for digits as the port.
func torn(u *url.URL) bool {
	return strings.Contains(u.EscapedPath()+u.EscapedFragment(), "@") || u.User == nil && strings.Contains(u.RawQuery, "@")
}

// detail is what can be told of why pgx cannot use an address.
func detail(err error) string {
	var file *fs.PathError
	if errors.As(err, &file) {
		return file.Error()
	}
	return "its host, its port or a parameter is not valid"
}

func name(c *pgx.ConnConfig) string {
	if strings.HasPrefix(c.Host, "/") {
		port := ""
		if c.Port != 5432 {
			port = "&port=" + strconv.Itoa(int(c.Port))
		}
		return "postgres:///" + c.Database + "?host=" + c.Host + port
	}
	hosts := []string{net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))}
	for _, f := range c.Fallbacks {
		if host := net.JoinHostPort(f.Host, strconv.Itoa(int(f.Port))); !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return "postgres://" + strings.Join(hosts, ",") + "/" + c.Database
}
