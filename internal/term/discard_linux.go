package term

import "golang.org/x/sys/unix"

// discard forgets what the terminal has received and nobody has read.
func discard(fd int) { _ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH) }
