//go:build unix

package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// asOther has a program run in the server's folder, in a session of its own, which
// no Ctrl-C reaches, and as another user where this one is root.
func (s *Server) asOther(cmd *exec.Cmd) error {
	cmd.Dir = s.folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if os.Getuid() != 0 {
		return nil
	}
	uid, gid, err := other()
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return err
}

// own gives files to the user whom the server runs as.
func own(paths ...string) error {
	if os.Getuid() != 0 {
		return nil
	}
	uid, gid, err := other()
	for _, path := range paths {
		err = errors.Join(err, os.Chown(path, uid, gid))
	}
	return err
}

// other is a user other than root.
func other() (uid, gid int, err error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return 0, 0, err
	}
	uid, first := strconv.Atoi(u.Uid)
	gid, second := strconv.Atoi(u.Gid)
	return uid, gid, errors.Join(first, second)
}
