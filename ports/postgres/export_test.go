package postgres

import (
	"context"
	"database/sql"
	"net"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// Leased has locks run out some time after their holder's last word, which it gives
// every so often.
func Leased(ttl, every time.Duration) StateOptions {
	return StateOptions{Create: true, lease: lease{ttl: ttl, every: every}}
}

// Pause ends the renewals of locks, as it is where their process stands still.
func Pause(h ports.Held) {
	h.(*held).stop()
	<-h.(*held).done
}

// Dial connects to a server as its address's connections do.
func Dial(ctx context.Context, address, hostPort string) (net.Conn, error) {
	config, _, err := parse(address)
	if err != nil {
		return nil, err
	}
	return config.DialFunc(ctx, "tcp", hostPort)
}

// Renews reports whether locks have a pool for their renewals.
func Renews(h ports.Held) bool { return h.(*held).pool != nil }

// Renew renews locks now.
func Renew(h ports.Held) error { return h.(*held).renew(context.Background()) }

// SQL is a state's pool.
func SQL(s ports.State) *sql.DB { return s.(state).sql }

// EndLock is the statement that locks the end of the audit.
const EndLock = endLock
