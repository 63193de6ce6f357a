//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peak is a process's peak of resident memory, in bytes. A child's count begins
// with its parent's, so that this program must stay small.
func peak(s *os.ProcessState) int64 {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) * 1024
}
