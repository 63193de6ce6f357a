package postgres_test

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/beignet-go/beignet/ports/postgres"
)

// A statement that is sent into a network that is gone is given up.
func TestUnansweredIsGivenUp(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := postgres.Dial(t.Context(), "postgres://ann@"+l.Addr().String()+"/d", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var limit int
	var failed error
	err = raw.Control(func(fd uintptr) { limit, failed = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT) })
	if err != nil || failed != nil || limit != 30_000 {
		t.Errorf("given up after %d ms, %v, %v; want 30000", limit, err, failed)
	}
}
