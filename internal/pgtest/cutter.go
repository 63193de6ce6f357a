package pgtest

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Cutter is a proxy before a server that drops a connection at a COMMIT.
type Cutter struct {
	URL string // of the database, through the proxy

	server string
	armed  atomic.Pointer[Cut]
}

// Cut says at what moment of a COMMIT a connection is dropped.
type Cut string

// The moments: before the server hears of it; as it does, so that its answer is lost; and
// so that it hears of it only a while after the client has lost the connection.
const (
	Before Cut = "before"
	After  Cut = "after"
	Late   Cut = "late"
)

// delay is by how much a COMMIT is late. A client has connected again by then.
const delay = 200 * time.Millisecond

// NewCutter puts a proxy before a database of a server that listens to TCP. It lasts
// for the test.
func NewCutter(t testing.TB, url string) *Cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	_, rest, _ := strings.Cut(url, "@")
	server, _, _ := strings.Cut(rest, "/")
	c := &Cutter{URL: strings.Replace(url, server, l.Addr().String(), 1), server: server}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(client)
		}
	}()
	return c
}

// Arm has the next COMMIT of any connection cut.
func (c *Cutter) Arm(when Cut) { c.armed.Store(&when) }

// Disarm takes back an Arm, and reports whether it has cut nothing yet.
func (c *Cutter) Disarm() bool { return c.armed.Swap(nil) != nil }

// Armed reports whether an Arm has cut nothing yet.
func (c *Cutter) Armed() bool { return c.armed.Load() != nil }

func (c *Cutter) serve(client net.Conn) {
	defer client.Close()
	up, err := net.Dial("tcp", c.server)
	if err != nil {
		return
	}
	defer up.Close()
	go func() { _, _ = io.Copy(client, up); client.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		when := c.armed.Load()
		cut := when != nil && bytes.Contains(buffer[:n], []byte("commit")) && c.armed.CompareAndSwap(when, nil)
		if cut {
			client.Close() // and nothing of the answer goes through
		}
		if cut && *when == Late {
			time.Sleep(delay)
		}
		if !cut || *when != Before {
			if _, err := up.Write(buffer[:n]); err != nil {
				return
			}
		}
		if cut {
			return
		}
	}
}
