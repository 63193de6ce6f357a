package cli

import (
	"regexp"
	"strings"
)

// traceparent is the header of W3C Trace Context, whose value CI systems hand on in a
// variable.
var traceparent = regexp.MustCompile(`^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$`)

// trace is a value of TRACEPARENT, or "" where it is not one, which is ignored, as the
// recommendation has it.
func trace(value string) string {
	parts := strings.Split(value, "-")
	switch {
	case !traceparent.MatchString(value), parts[0] == "ff", parts[0] == "00" && len(parts) > 4,
		strings.Trim(parts[1], "0") == "", strings.Trim(parts[2], "0") == "":
		return ""
	}
	return value
}
