package cli

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// person is somebody at a terminal: it waits for what a program shows, and types.
type person struct {
	t    *testing.T
	keys *os.File // the other end of tty
	tty  *os.File

	mu    sync.Mutex
	shown strings.Builder
	seen  int // bytes of shown
}

func newPerson(t *testing.T) *person {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, keys: keys, tty: tty}
	t.Cleanup(func() { tty.Close(); keys.Close() })
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := keys.Read(buf)
			p.mu.Lock()
			p.shown.Write(buf[:n])
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return p
}

// waits until the program shows a text, and then types.
func (p *person) waits(for_, keys string) {
	p.t.Helper()
	for range 500 {
		p.mu.Lock()
		at := strings.Index(p.shown.String()[p.seen:], for_)
		if at >= 0 {
			p.seen += at + len(for_)
		}
		p.mu.Unlock()
		if at >= 0 {
			time.Sleep(20 * time.Millisecond) // so that it reads, and does not just buffer
			if _, err := p.keys.WriteString(keys); err != nil {
				p.t.Error(err)
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.t.Errorf("the terminal never showed %q, but %q", for_, p.all())
	_, _ = p.keys.WriteString("\x03") // so that nobody waits for what is not typed any more
}

func (p *person) all() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shown.String()
}
