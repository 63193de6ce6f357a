package schema

import (
	"fmt"
	"strings"
)

// maxListed bounds how many allowed values a message lists.
const maxListed = 10

// message says what a failed keyword of n asks for. It is empty for a keyword
// whose members or branches say it themselves.
func (n *node) message(keyword string) string {
	digits := n.digits(keyword)
	switch keyword {
	case "type":
		return "must be " + n.types.phrase()
	case "enum":
		return "must be " + oneOf(n.values(keyword))
	case "const":
		return "must be " + display(n.value(keyword))
	case "minimum":
		return "must be at least " + digits
	case "maximum":
		return "must be at most " + digits
	case "exclusiveMinimum":
		return "must be more than " + digits
	case "exclusiveMaximum":
		return "must be less than " + digits
	case "multipleOf":
		return "must be a multiple of " + digits
	case "minLength":
		return "must be at least " + count(digits, "character") + " long"
	case "maxLength":
		return "must be at most " + count(digits, "character") + " long"
	case "minItems":
		return "must have at least " + count(digits, "item")
	case "maxItems":
		return "must have at most " + count(digits, "item")
	case "minProperties":
		return "must have at least " + count(digits, "field")
	case "maxProperties":
		return "must have at most " + count(digits, "field")
	case "contains":
		return "must have at least 1 matching item"
	case "minContains":
		return "must have at least " + count(digits, "matching item")
	case "maxContains":
		return "must have at most " + count(digits, "matching item")
	case "uniqueItems":
		return "must not have the same item twice"
	case "pattern":
		return "must match " + display(n.value(keyword))
	case "format":
		return "must be " + formatNamed(n.text(keyword)).phrase
	case "contentEncoding":
		return "must be " + base64Format.phrase
	case "not":
		if n.denies {
			return "is not allowed"
		}
		return "must not match the excluded form"
	}
	return ""
}

// written returns the keyword as the schema has it, for one that the validator
// reports under another name.
func (n *node) written(keyword string) string {
	switch {
	case keyword == "minContains" && !n.has(keyword):
		return "contains"
	case keyword == "format" && !n.has(keyword):
		return "contentEncoding"
	}
	return keyword
}

// oneOf lists allowed values: "one of open, closed".
func oneOf(values []any) string {
	shown := phrases(values)
	switch more := len(shown) - maxListed; {
	case len(shown) == 1:
		return shown[0]
	case more > 0:
		return fmt.Sprintf("one of %s and %d more", strings.Join(shown[:maxListed], ", "), more)
	}
	return "one of " + strings.Join(shown, ", ")
}

// phrases writes values for a message.
func phrases(values []any) []string {
	var written []string
	for _, v := range values {
		written = append(written, display(v))
	}
	return written
}
