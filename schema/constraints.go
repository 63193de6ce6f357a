package schema

// constraints says in short phrases what n asks of a value beyond its type.
func (n *node) constraints() []string {
	var list []string
	add := func(phrase string) {
		if phrase != "" {
			list = append(list, phrase)
		}
	}
	add(n.span("minimum", "maximum", ""))
	add(n.said("exclusiveMinimum", "more than"))
	add(n.said("exclusiveMaximum", "less than"))
	add(n.said("multipleOf", "a multiple of"))
	add(n.span("minLength", "maxLength", "character"))
	add(n.said("pattern", "pattern"))
	add(n.said("const", "always"))
	if n.base64() {
		add("base64")
	}
	add(n.span("minItems", "maxItems", "item"))
	if n.flag("uniqueItems") {
		add("no item twice")
	}
	add(n.span("minProperties", "maxProperties", "field"))
	return list
}

// said is a phrase followed by the keyword's value, or empty.
func (n *node) said(keyword, phrase string) string {
	if !n.has(keyword) {
		return ""
	}
	return phrase + " " + display(n.value(keyword))
}

// span is a range: "1–100", "at least 1 item", or empty.
func (n *node) span(low, high, noun string) string {
	from, to := n.digits(low), n.digits(high)
	measure := func(digits string) string {
		if noun == "" {
			return digits
		}
		return count(digits, noun)
	}
	switch {
	case from == "" && to == "":
		return ""
	case to == "":
		return "at least " + measure(from)
	case from == "":
		return "at most " + measure(to)
	}
	return from + "–" + measure(to)
}
