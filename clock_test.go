package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// bad-input 81: tasks ran while the clock was a year ahead, so that the locks' tokens and
// the fences of the database are. The clock is back. The next runs go on from the tokens
// in the locks' files, and where these are lost, from the fences.
func TestLocksOfTheFuture(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	s := newSite(t, 50)
	all := tasks(20)
	for _, task := range all {
		s.must(task.start()...)
	}
	setAhead(t, filepath.Join(s.state(), "locks"))
	for _, task := range all {
		s.must(task.start()...)
	}
	if err := os.RemoveAll(filepath.Join(s.state(), "locks")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, task := range all {
			s.must(task.start()...)
		}
	}
	for key, token := range tokens(t, filepath.Join(s.state(), "locks")) {
		if token < time.Now().Add(300*24*time.Hour).UnixMicro() {
			t.Errorf("the token of %s is %d: it fell behind the fence", key, token)
		}
	}
}

// setAhead has every lock's last holder have taken it a year from now.
func setAhead(t *testing.T, folder string) {
	t.Helper()
	for _, path := range lockTexts(t, folder) {
		text, err := json.Marshal(ports.Lock{Key: readToken(t, path).Key, Token: time.Now().Add(365 * 24 * time.Hour).UnixMicro()})
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func tokens(t *testing.T, folder string) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	for _, path := range lockTexts(t, folder) {
		l := readToken(t, path)
		all[l.Key] = l.Token
	}
	return all
}

func lockTexts(t *testing.T, folder string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no locks, %v", folder, err)
	}
	return paths
}

func readToken(t *testing.T, path string) (l ports.Lock) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}
