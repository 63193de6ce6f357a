//go:build !windows

package term

import (
	"os"
	"syscall"
)

// endings are the signals that end a process which does not expect them. Ctrl-C
// is a key while the terminal is raw.
var endings = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
