package schema

import (
	"encoding/base64"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/kaptinlin/jsonschema"
)

// A format is one value of the format keyword. Formats are asserted.
type format struct {
	name   string
	phrase string // after "must be"
	valid  func(string) bool
}

// formats are those there are. date-time is what a Go time.Time decodes, so
// without leap seconds and in capitals.
var formats = [...]format{
	{"date-time", "a date and time such as 2026-01-31T12:00:00Z", isDateTime},
	{"date", "a date such as 2026-01-31", isDate},
	{"time", "a time such as 12:00:00Z", isTime},
	{"duration", "a duration such as P1DT12H", isDuration},
	{"email", "an email address", isEmail},
	{"hostname", "a host name", isHostname},
	{"ipv4", "an IPv4 address", isIPv4},
	{"ipv6", "an IPv6 address", isIPv6},
	{"uri", "a URI with its scheme", isURI},
	{"uri-reference", "a URI or a relative reference", isURIReference},
	{"uuid", "a UUID", isUUID},
	{"json-pointer", "a JSON pointer", isPointer},
	{"regex", "a regular expression (RE2)", isRegex},
}

// base64Format is what contentEncoding: base64 asserts.
var base64Format = format{"base64", "base64 text", isBase64}

func formatNamed(name string) *format {
	for i := range formats {
		if formats[i].name == name {
			return &formats[i]
		}
	}
	return nil
}

func formatNames() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

func isDateTime(s string) bool {
	var t time.Time
	return json.Unmarshal(appendText(nil, s), &t) == nil
}

func isDate(s string) bool { return isDateTime(s + "T00:00:00Z") }
func isTime(s string) bool { return isDateTime("2000-01-01T" + s) }

func isDuration(s string) bool { return jsonschema.IsDuration(s) }
func isUUID(s string) bool     { return jsonschema.IsUUID(s) }

// isEmail takes the form a@b.c of RFC 5321, without quotes, comments or
// addresses in brackets.
func isEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > 254 {
		return false
	}
	for atom := range strings.SplitSeq(s[:at], ".") {
		if atom == "" || strings.ContainsFunc(atom, notAtom) {
			return false
		}
	}
	return isHostname(s[at+1:])
}

func notAtom(r rune) bool {
	return !isLetterOrDigit(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

func isLetterOrDigit(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// isHostname takes the names of RFC 1123.
func isHostname(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if len(label) < 1 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.ContainsFunc(label, func(r rune) bool { return !isLetterOrDigit(r) && r != '-' }) {
			return false
		}
	}
	return true
}

func isIPv4(s string) bool {
	addr, err := netip.ParseAddr(s)
	return err == nil && addr.Is4()
}

func isIPv6(s string) bool {
	addr, err := netip.ParseAddr(s)
	return err == nil && addr.Is6() && addr.Zone() == ""
}

func isURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && isURIReference(s)
}

// isURIReference adds to net/url what it lets by: characters outside RFC 3986
// and addresses in brackets that are none.
func isURIReference(s string) bool {
	u, err := url.Parse(s)
	if err != nil || strings.ContainsFunc(s, notURI) {
		return false
	}
	host := u.Hostname()
	return !strings.Contains(host, ":") || strings.Contains(u.Host, "[") && isIPv6(host)
}

func notURI(r rune) bool {
	return !isLetterOrDigit(r) && !strings.ContainsRune("-._~:/?#[]@!$&'()*+,;=%", r)
}

func isPointer(s string) bool {
	return jsontext.Pointer(s).IsValid()
}

func isRegex(s string) bool {
	_, err := regexp.Compile(s)
	return err == nil
}

func isBase64(s string) bool {
	_, err := base64.StdEncoding.DecodeString(s)
	return err == nil && !strings.ContainsAny(s, "\r\n")
}
