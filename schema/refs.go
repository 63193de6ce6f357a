package schema

import (
	"net/url"
	"strings"
)

// link resolves every $ref within the document and refuses one that comes back
// to where it started without going into a member or an item.
func (s *Schema) link() []Problem {
	targets, problems := s.targets()
	for _, n := range s.nodes {
		if n.has("$ref") {
			if problem := s.resolve(n, targets); problem != nil {
				problems = append(problems, *problem)
			}
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return s.cycles()
}

// targets maps every fragment that a $ref may name to its node.
func (s *Schema) targets() (map[string]*node, []Problem) {
	targets := make(map[string]*node, len(s.nodes))
	var problems []Problem
	for _, n := range s.nodes {
		targets[n.at] = n
		anchor := n.text("$anchor")
		if anchor == "" {
			continue
		}
		if targets[anchor] != nil {
			problems = append(problems, Problem{Pointer: n.at + "/$anchor", Code: "invalid-ref", Message: "there are two anchors " + anchor})
		}
		targets[anchor] = n
	}
	return targets, problems
}

// resolve sets the target of n's $ref.
func (s *Schema) resolve(n *node, targets map[string]*node) *Problem {
	ref := n.text("$ref")
	problem := &Problem{Pointer: n.at + "/$ref", Code: "invalid-ref"}
	escaped, local := strings.CutPrefix(ref, "#")
	fragment, err := url.PathUnescape(escaped)
	if !local || err != nil {
		problem.Message = "a $ref must begin with # and stay within its document"
		problem.Hint = "nothing is loaded from files or the network: put the schema under $defs"
		return problem
	}
	if n.target = targets[fragment]; n.target != nil {
		return nil
	}
	var known []string
	for _, m := range s.nodes {
		if strings.HasPrefix(m.at, "/$defs/") {
			known = append(known, "#"+m.at)
		}
		if anchor := m.text("$anchor"); anchor != "" {
			known = append(known, "#"+anchor)
		}
	}
	problem.Message = "no schema at " + ref
	problem.Hint = didYouMean(ref, known)
	return problem
}

// cycles finds each $ref through which a schema would hold only if it held.
func (s *Schema) cycles() []Problem {
	const active, done = 1, 2
	state := make([]uint8, len(s.nodes))
	var problems []Problem
	var visit func(n, via *node)
	follow := func(n, via *node) {
		switch state[n.id] {
		case active:
			problems = append(problems, Problem{
				Pointer: via.at + "/$ref", Code: "invalid-ref",
				Message: "this $ref comes back to itself without going into a member or an item",
			})
		case 0:
			visit(n, via)
		}
	}
	visit = func(n, via *node) { // via holds the last $ref on the way to n
		state[n.id] = active
		if n.target != nil {
			follow(n.target, n)
		}
		n.children(func(keyword string, child *node) {
			if inPlace(keyword) {
				follow(child, via)
			}
		})
		state[n.id] = done
	}
	for _, n := range s.nodes {
		if state[n.id] == 0 {
			visit(n, n)
		}
	}
	return problems
}
