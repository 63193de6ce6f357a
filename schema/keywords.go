package schema

import "github.com/beignet-go/beignet/internal/near"

// A form is what the value of a keyword must look like.
type form uint8

const (
	formAny form = iota
	formSchema
	formSchemas   // a list of schemas that is not empty
	formSchemaMap // an object of schemas
	formString
	formBool
	formCount    // a whole number of 0 or more
	formNumber   // any number
	formPositive // a number above 0
	formNames    // a list of names, each once
	formNamesMap // an object of such lists
	formTypes    // a type, or a list of types
	formList
	formFilledList
	formUnsupported
)

// keywords is every keyword of 2020-12 and some of its neighbours: what its
// value must look like and, for those that are refused, what to write in their
// place.
var keywords = [...]struct {
	name string
	form form
	hint string
}{
	{name: "$anchor", form: formString},
	{name: "$comment", form: formString},
	{name: "$defs", form: formSchemaMap},
	{name: "$id", form: formString},
	{name: "$ref", form: formString},
	{name: "$schema", form: formString},
	{name: "additionalProperties", form: formSchema},
	{name: "allOf", form: formSchemas},
	{name: "anyOf", form: formSchemas},
	{name: "const", form: formAny},
	{name: "contains", form: formSchema},
	{name: "contentEncoding", form: formString},
	{name: "contentMediaType", form: formString},
	{name: "contentSchema", form: formSchema},
	{name: "default", form: formAny},
	{name: "dependentRequired", form: formNamesMap},
	{name: "dependentSchemas", form: formSchemaMap},
	{name: "deprecated", form: formBool},
	{name: "description", form: formString},
	{name: "else", form: formSchema},
	{name: "enum", form: formFilledList},
	{name: "examples", form: formList},
	{name: "exclusiveMaximum", form: formNumber},
	{name: "exclusiveMinimum", form: formNumber},
	{name: "format", form: formString},
	{name: "if", form: formSchema},
	{name: "items", form: formSchema},
	{name: "maxContains", form: formCount},
	{name: "maxItems", form: formCount},
	{name: "maxLength", form: formCount},
	{name: "maxProperties", form: formCount},
	{name: "maximum", form: formNumber},
	{name: "minContains", form: formCount},
	{name: "minItems", form: formCount},
	{name: "minLength", form: formCount},
	{name: "minProperties", form: formCount},
	{name: "minimum", form: formNumber},
	{name: "multipleOf", form: formPositive},
	{name: "not", form: formSchema},
	{name: "oneOf", form: formSchemas},
	{name: "pattern", form: formString},
	{name: "patternProperties", form: formSchemaMap},
	{name: "prefixItems", form: formSchemas},
	{name: "properties", form: formSchemaMap},
	{name: "propertyNames", form: formSchema},
	{name: "readOnly", form: formBool},
	{name: "required", form: formNames},
	{name: "then", form: formSchema},
	{name: "title", form: formString},
	{name: "type", form: formTypes},
	{name: "unevaluatedItems", form: formSchema},
	{name: "unevaluatedProperties", form: formSchema},
	{name: "uniqueItems", form: formBool},
	{name: "writeOnly", form: formBool},

	{name: "$dynamicAnchor", form: formUnsupported, hint: "use $anchor and $ref"},
	{name: "$dynamicRef", form: formUnsupported, hint: "use $ref"},
	{name: "$recursiveAnchor", form: formUnsupported, hint: "use $ref"},
	{name: "$recursiveRef", form: formUnsupported, hint: "use $ref"},
	{name: "$vocabulary", form: formUnsupported, hint: "leave it out"},
	{name: "additionalItems", form: formUnsupported, hint: "use items after prefixItems"},
	{name: "definitions", form: formUnsupported, hint: "use $defs"},
	{name: "dependencies", form: formUnsupported, hint: "use dependentRequired or dependentSchemas"},
	{name: "id", form: formUnsupported, hint: "use $id"},
	{name: "nullable", form: formUnsupported, hint: `add "null" to type`},
}

// lookup returns what is known of a keyword, and false of one that there is not.
func lookup(name string) (form form, hint string, ok bool) {
	for i := range keywords {
		if keywords[i].name == name {
			return keywords[i].form, keywords[i].hint, true
		}
	}
	return 0, "", false
}

// nearKeyword suggests a supported keyword for a misspelt one.
func nearKeyword(name string) string {
	var names []string
	for i := range keywords {
		if keywords[i].form != formUnsupported {
			names = append(names, keywords[i].name)
		}
	}
	return didYouMean(name, names)
}

// didYouMean is the hint for a misspelt word, or empty.
func didYouMean(word string, candidates []string) string {
	if best, ok := near.Best(word, candidates); ok {
		return "did you mean " + best + "?"
	}
	return ""
}
