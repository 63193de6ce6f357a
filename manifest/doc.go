// Package manifest reads beignet.yaml and the feature files that it names into
// plain data with positions. Start with [Load], and with [Manifest.Diagnostic]
// to report a finding of your own at a place that this package has read.
//
// What it promises:
//
//   - Every problem of every file is in one report, each with a code, a place, the
//     source line and, where a known name is near, a suggestion. Only text that is
//     not YAML, or is out of bounds, hides what else its own file holds.
//   - It is strict: an unknown or duplicate key, a value of the wrong type, a number
//     spelt so that YAML would read another one, a second document are all refused.
//     So is the YAML that nobody writes by hand, such as tags and keys that are no
//     strings, and the YAML that goccy would misread. Nothing is converted in silence.
//   - No file can make it slow or large: text is bounded before it is split into
//     tokens, tokens are bounded before they are parsed, and aliases are measured
//     before they are followed.
//   - Nothing outside the folder of beignet.yaml is read.
//   - A loaded Manifest never changes and may be shared.
//
// It knows no handler and compiles no schema: a schema is kept as JSON in which
// [Schema.At] finds the place of any value.
package manifest
