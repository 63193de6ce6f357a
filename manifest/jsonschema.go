package manifest

import _ "embed" // the schemas

// The schemas are for editors. They are written by a test, from the types that decode
// (format.go) and from the keywords that package schema knows, and hold nothing that
// is not there.

//go:embed beignet.schema.json
var moduleSchema string

//go:embed tasks.schema.json
var featureSchema string

// ModuleSchema returns the JSON Schema (2020-12) of beignet.yaml. It accepts whatever
// Load accepts; Load knows more, such as which names are taken.
func ModuleSchema() string { return moduleSchema }

// FeatureSchema returns the JSON Schema (2020-12) of a feature file, as ModuleSchema
// does.
func FeatureSchema() string { return featureSchema }
