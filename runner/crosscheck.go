package runner

import (
	"fmt"
	"strings"

	"github.com/beignet-go/beignet/internal/near"
	"github.com/beignet-go/beignet/manifest"
)

// crossCheck compares the names that the manifests use with the ids that the
// program has, in both directions.
func crossCheck(m *manifest.Manifest, h *Handlers) manifest.Diagnostics {
	var found manifest.Diagnostics
	used := map[string]bool{} // or meant, where a task misspells it
	for t := range m.Tasks() {
		used[t.Handler] = true
		if _, ok := h.byID[t.Handler]; ok || t.Handler == "" {
			continue
		}
		message := "no handler " + t.Handler
		if meant, ok := near.Best(t.Handler, h.ids()); ok {
			message += "; did you mean " + meant + "?"
			used[meant] = true
		}
		found = append(found, m.Diagnostic(t.HandlerAt, "unknown-handler", message, ""))
	}
	for _, f := range m.Features {
		for _, id := range h.ids() {
			if !used[id] && strings.HasPrefix(id, f.Name+".") {
				found = append(found, m.Diagnostic(f.NameAt, "unused-handler",
					fmt.Sprintf("no task of feature %s names the handler %s (%s)", f.Name, id, h.byID[id].at),
					"add a task for it, or take its registration out"))
			}
		}
	}
	return found.Sorted()
}
