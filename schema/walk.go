package schema

import "slices"

// inPlace reports whether a keyword's schemas hold for the very value that the
// schema around them holds for.
func inPlace(keyword string) bool {
	switch keyword {
	case "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas":
		return true
	}
	return false
}

// collect returns the given schemas and all that hold for the same value
// whenever they do, through $ref and allOf. With branches it adds those that
// may hold: anyOf, oneOf, if, then, else and dependentSchemas.
//
// The functions below take such a set, and branches where it has them.
func collect(nodes []*node, branches bool) []*node {
	var set []*node
	var add func(n *node)
	add = func(n *node) {
		if slices.Contains(set, n) {
			return
		}
		set = append(set, n)
		if n.target != nil {
			add(n.target)
		}
		n.children(func(keyword string, child *node) {
			if keyword == "allOf" || branches && inPlace(keyword) && keyword != "not" {
				add(child)
			}
		})
	}
	for _, n := range nodes {
		add(n)
	}
	return set
}

// property returns the schemas that apply to the member of that name, and with
// branches those that may.
func property(set []*node, name string, branches bool) []*node {
	var found []*node
	for _, n := range set {
		own := n.declared(name)
		if more := n.one("additionalProperties"); more != nil && len(own) == 0 {
			own = append(own, more)
		}
		found = append(found, own...)
	}
	return append(found, leftover(set, "unevaluatedProperties", branches, func() bool {
		all := collect(set, true)
		return len(found)+len(declared(all, name))+len(each(all, "additionalProperties")) == 0
	})...)
}

// item returns the schemas that apply to the item at index i, and with branches
// those that may.
func item(set []*node, i int, branches bool) []*node {
	var found []*node
	for _, n := range set {
		prefix := n.list("prefixItems")
		if i < len(prefix) {
			found = append(found, prefix[i])
		} else if items := n.one("items"); items != nil {
			found = append(found, items)
		}
	}
	if branches {
		found = append(found, each(set, "contains")...)
	}
	return append(found, leftover(set, "unevaluatedItems", branches, func() bool {
		return len(found) == 0 && !slices.ContainsFunc(collect(set, true), func(n *node) bool {
			return n.has("items") || n.has("contains") || i < len(n.list("prefixItems"))
		})
	})...)
}

// leftover returns the schemas under unevaluatedProperties or unevaluatedItems
// that apply to what is free, that is, taken by no other keyword. One of several
// may take it from another, so that all must agree, or none is sure to apply.
func leftover(set []*node, keyword string, branches bool, free func() bool) []*node {
	own := each(set, keyword)
	if branches {
		return own
	}
	if len(own) == 0 || !free() {
		return nil
	}
	all := each(collect(set, true), keyword)
	if len(all) > 1 && slices.ContainsFunc(all, func(n *node) bool { return !n.denies }) {
		return nil
	}
	return own
}

// declared returns the schemas that properties and patternProperties of n
// itself give to the member of that name.
func (n *node) declared(name string) []*node {
	var found []*node
	for _, p := range n.named("properties") {
		if p.name == name {
			found = append(found, p.node)
		}
	}
	for _, p := range n.named("patternProperties") {
		if p.pattern.MatchString(name) {
			found = append(found, p.node)
		}
	}
	return found
}

func declared(set []*node, name string) []*node {
	var found []*node
	for _, n := range set {
		found = append(found, n.declared(name)...)
	}
	return found
}

// propertyNames lists what the properties keywords of a set declare.
func propertyNames(set []*node) []string {
	var names []string
	for _, n := range set {
		for _, p := range n.named("properties") {
			if !slices.Contains(names, p.name) {
				names = append(names, p.name)
			}
		}
	}
	return names
}

// each returns what the nodes of a set have under a keyword.
func each(set []*node, keyword string) []*node {
	var found []*node
	for _, n := range set {
		if child := n.one(keyword); child != nil {
			found = append(found, child)
		}
	}
	return found
}
