package scaffold

import (
	"go/token"
	"slices"
	"strings"
	"unicode"
)

const maxName = 64 // bytes: names become parts of file names

// checkName holds a name to what is one in a manifest, and to what Go asks of it.
func checkName(what, name string) error {
	rule := "a " + what + "'s name is lower case letters, digits and single hyphens, and begins with a letter"
	for part := range strings.SplitSeq(name, "-") {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return &Refusal{quoted(name) + " is no name", rule}
		}
	}
	switch {
	case name[0] <= '9':
		return &Refusal{quoted(name) + " is no name", rule}
	case reserved(name):
		return &Refusal{"a " + what + " cannot be called " + name + ": " + deviceRule, "choose another name"}
	case len(name) > maxName:
		return &Refusal{"a name of " + quoted(name[:16]) + "... is too long", "take at most 64 characters"}
	}
	return nil
}

// packageOf is the name of the Go package that a feature's handlers are in.
func packageOf(feature string) (string, error) {
	if err := checkName("feature", feature); err != nil {
		return "", err
	}
	pkg := strings.ReplaceAll(feature, "-", "")
	if why := unfit(pkg); why != "" {
		return "", &Refusal{"a feature cannot be called " + feature + ": " + why, "choose another name; its handlers become a Go package of that name"}
	}
	return pkg, nil
}

const deviceRule = "Windows has a device of that name, and Go takes no file or folder called so"

// reserved reports whether Go refuses a file or folder of that name in a module,
// because Windows has a device of that name.
func reserved(name string) bool {
	const devices = "con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9"
	return slices.Contains(strings.Fields(devices), name)
}

// unfit says why a word cannot be the name of a feature's package.
func unfit(pkg string) string {
	const (
		folders = "main internal vendor testdata handlers features"
		used    = "context errors fmt iter slog strings testing memory ports records runner runnertest"
		locals  = "a b c d i k n o r s t w db deps err file got in out text tx want"
	)
	switch {
	case slices.Contains(strings.Fields(folders), pkg):
		return "the name means something else to Go or to this program"
	case strings.HasSuffix(pkg, "test"):
		return "packages whose name ends in test are for tests"
	case reserved(pkg):
		return deviceRule
	case token.IsKeyword(pkg), predeclared(pkg):
		return "it is a word of the Go language"
	case slices.Contains(strings.Fields(used), pkg):
		return "it is a package that handlers use"
	case slices.Contains(strings.Fields(locals), pkg):
		return "handlers and their tests use it for a variable"
	}
	return ""
}

// predeclared reports whether the language gives a name a meaning that a
// declaration would hide from the package.
func predeclared(name string) bool {
	const names = "any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string " +
		"uint uint8 uint16 uint32 uint64 uintptr true false iota nil init main " +
		"append cap clear close complex copy delete imag len make max min new panic print println real recover"
	return slices.Contains(strings.Fields(names), name)
}

// fileOf is the name of a task's Go file, without its ending. What Go would take
// for a platform or a test there is not set apart.
func fileOf(task string) string {
	const meaning = "test aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris unix wasip1 windows zos " +
		"386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x sparc64 wasm"
	words := strings.Split(task, "-")
	for len(words) > 1 && slices.Contains(strings.Fields(meaning), words[len(words)-1]) {
		words[len(words)-2] += words[len(words)-1]
		words = words[:len(words)-1]
	}
	return strings.Join(words, "_")
}

// exported is a name as an exported Go identifier: createdAt and created-at are
// CreatedAt, and userId is UserID.
func exported(name string) string {
	var b strings.Builder
	for _, word := range words(name) {
		if initialism(word) {
			b.WriteString(strings.ToUpper(word))
		} else {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// unexported is a name as an identifier of the package: url-check is urlCheck.
func unexported(name string) string {
	first := words(name)[0]
	rest := exported(name)[len(first):]
	return strings.ToLower(first) + rest
}

// words parts a name at its hyphens and at the capitals within it.
func words(name string) []string {
	var all []string
	for part := range strings.SplitSeq(name, "-") {
		start := 0
		for i := 1; i < len(part); i++ {
			if unicode.IsUpper(rune(part[i])) && !unicode.IsUpper(rune(part[i-1])) {
				all = append(all, part[start:i])
				start = i
			}
		}
		all = append(all, part[start:])
	}
	return all
}

// initialism reports whether Go writes a word in capitals.
func initialism(word string) bool {
	const known = "api ascii cpu css csv dns eof html http https id ip json os pdf ram rpc sla smtp sql ssh tcp tls ttl udp ui uid uri url utc utf8 uuid xml yaml"
	return slices.Contains(strings.Fields(known), strings.ToLower(word))
}

func quoted(name string) string {
	if name == "" {
		return "an empty text"
	}
	return name
}
