package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Position is a place in a file. The zero Line means the file as a whole.
type Position struct {
	File   string // path in the file system that was loaded
	Line   int    // from 1
	Column int    // from 1, in runes
	Width  int    // runes, to underline
}

// String is file:line:column, or the file where there is no line.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// The codes of this package's diagnostics. They are part of the machine contract
// and do not change.
const (
	CodeUnreadable       = "unreadable"        // missing, not a file, or an I/O error
	CodeNoMatch          = "no-match"          // features names nothing
	CodeOutsideModule    = "outside-module"    // a path or link that leaves the module's folder
	CodeTooLarge         = "too-large"         // over 1 MiB
	CodeTooDeep          = "too-deep"          // nested over 100 levels
	CodeTooComplex       = "too-complex"       // another bound that keeps reading quick
	CodeInvalidEncoding  = "invalid-encoding"  // not UTF-8
	CodeControlCharacter = "control-character" // a control or bidi character
	CodeTabIndent        = "tab-indent"
	CodeEmptyFile        = "empty-file"
	CodeSecondDocument   = "second-document"
	CodeSyntax           = "syntax"           // not YAML
	CodeUnsupportedYAML  = "unsupported-yaml" // a tag, a directive, a key that is no string
	CodeBadAlias         = "bad-alias"        // no such anchor, or one within itself
	CodeAliasBomb        = "alias-bomb"       // aliases that expand beyond their budget
	CodeUnknownKey       = "unknown-key"
	CodeDuplicateKey     = "duplicate-key"
	CodeMissingKey       = "missing-key"
	CodeWrongType        = "wrong-type"
	CodeInvalidValue     = "invalid-value"
	CodeAmbiguousNumber  = "ambiguous-number" // YAML reads another number than is written
	CodeInvalidName      = "invalid-name"
	CodeDuplicateName    = "duplicate-name" // of a feature, task or alias
	CodeTooManyProblems  = "too-many-problems"
)

// Diagnostic is one problem at one place. Message and Hint hold no control
// characters; Source may.
type Diagnostic struct {
	Position
	Code    string
	Message string // what is wrong: lower case, no full stop
	Hint    string // what to do, as the end of the message's sentence; may be empty
	Source  string // the source line, whole and raw; empty where there is none
}

// Diagnostics is a report. As returned by this package it is sorted by file, line
// and column.
type Diagnostics []Diagnostic

// Sorted returns the report sorted by file, line and column, each problem once. It
// is for a report put together from several.
func (ds Diagnostics) Sorted() Diagnostics {
	sorted := slices.Clone(ds)
	slices.SortFunc(sorted, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(sorted)
}

// Err returns nil where nothing was found, else ds.
func (ds Diagnostics) Err() error {
	if len(ds) == 0 {
		return nil
	}
	return ds
}

// Error is the first problem on one line and the number of the others.
func (ds Diagnostics) Error() string {
	switch len(ds) {
	case 0:
		return "no problems"
	case 1:
		return ds[0].headline()
	default:
		return fmt.Sprintf("%s (and %d more)", ds[0].headline(), len(ds)-1)
	}
}

// String is the report for people: every problem with its source line and caret.
func (ds Diagnostics) String() string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(d.String())
	}
	return b.String()
}
