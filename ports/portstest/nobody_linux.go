package portstest

import (
	"os"
	"runtime"
	"syscall"
	"testing"
)

// AsNobody calls do on a thread of a user whom file modes bind, since no mode
// binds root. The thread ends with it.
func AsNobody(t *testing.T, do func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: another goroutine must not get this thread
		var err error
		defer func() { done <- err }()
		if os.Getuid() == 0 {
			err = syscall.Setfsuid(65534)
		}
		if err == nil {
			do()
		}
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
