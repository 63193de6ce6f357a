package pgtest

import "os/exec"

// On Windows no server is started: see binaries.

func (s *Server) asOther(*exec.Cmd) error { return nil }

func own(...string) error { return nil }
