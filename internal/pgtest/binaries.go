package pgtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// binaries returns the folder of the server's programs. Packages keep them outside
// PATH, and pg_config says where.
func binaries(t testing.TB) string {
	t.Helper()
	var folders []string
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(out)))
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is a good one
	slices.Reverse(found)                                  // the latest first, as long as it has two digits
	for _, folder := range append(folders, found...) {
		if has(folder, "initdb") && has(folder, "postgres") && runtime.GOOS != "windows" {
			return folder
		}
	}
	Missing(t, "a PostgreSQL server (initdb and postgres)")
	return ""
}

func has(folder, program string) bool {
	info, err := os.Stat(filepath.Join(folder, program))
	return err == nil && info.Mode()&0o111 != 0
}

// Missing skips a test for want of something on this machine; with CI=true it fails.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("this machine lacks %s, and CI=true leaves nothing out", what)
	}
	t.Skipf("this machine lacks %s: %s is left out", what, t.Name())
}

// tempDir is a folder that any user may enter. A socket's path has 107 bytes at most,
// and 103 on macOS.
func tempDir() string {
	if dir := os.TempDir(); len(dir) <= 50 {
		return dir
	}
	return "/tmp"
}
