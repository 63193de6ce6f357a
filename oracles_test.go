package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// What the documents say is tested by a test that is there.
func TestOraclesAreThere(t *testing.T) {
	t.Parallel()
	declared := map[string]bool{}
	declaration := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, name := range sources(t) {
		if !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, "ports/portstest/") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range declaration.FindAllStringSubmatch(string(text), -1) {
			declared[m[1]] = true
		}
	}
	named := regexp.MustCompile(`\bTest[A-Z]\w+`)
	for _, doc := range []string{"docs/testing.md", "docs/promises.md"} {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range named.FindAllString(string(text), -1) {
			if !declared[name] {
				t.Errorf("%s names %s, and there is no such test", doc, name)
			}
		}
	}
}
