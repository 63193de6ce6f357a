package postgres_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/postgres"
)

// answering is the address of a server that gives one answer to whoever asks for TLS,
// and goes on by a certificate that no one has vouched for.
func answering(t *testing.T, answer string) (hostPort string) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	t.Cleanup(s.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if _, err := io.ReadFull(c, make([]byte, 8)); err == nil {
					if _, err := io.WriteString(c, answer); err == nil && answer == "S" {
						_ = tls.Server(c, &tls.Config{Certificates: s.TLS.Certificates}).Handshake() // which the client ends
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// A server without TLS may have it once it is set up, and may be the wrong one of two; one
// that cannot be trusted needs somebody to look.
func TestTLS(t *testing.T) {
	t.Parallel()
	plain, unproved := answering(t, "N"), answering(t, "S")
	for _, test := range []struct {
		name, address string
		denied        bool
	}{
		{"no TLS", plain + "/d?sslmode=require", false},
		{"unknown authority, verify-full", unproved + "/d?sslmode=verify-full", true},
		{"unknown authority, verify-ca", unproved + "/d?sslmode=verify-ca", true},
	} {
		_, err := postgres.Open(t.Context(), "postgres://ann:"+canary+"@"+test.address, postgres.Options{Create: true})
		var denied *ports.DeniedError
		if errors.As(err, &denied) != test.denied || errors.Is(err, ports.ErrUnavailable) == test.denied {
			t.Errorf("%s: %v; want denied: %v, else unavailable", test.name, err, test.denied)
		}
		wantNoPassword(t, err)
	}
}
