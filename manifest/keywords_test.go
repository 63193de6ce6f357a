package manifest

// What a schema within a manifest may hold: a keyword, what its value looks like, and
// what it means, for who hovers over it. A test of package schema, which judges the
// schemas, holds the list to what it takes.
var schemaKeywords = []struct {
	name  string
	value object
	doc   string
}{
	{"type", typeNames, "The type of the value, or a list of types."},
	{"title", aString, "A short name for people."},
	{"description", aString, "What the value means. task show has it."},
	{"default", anything, "What a missing value becomes, before it is validated."},
	{"examples", object{{"type", "array"}}, "Values to show. They assert nothing."},
	{"enum", object{{"type", "array"}, {"minItems", 1}}, "The values allowed."},
	{"const", anything, "The one value allowed."},
	{"properties", schemaMap, "The fields of an object, by name. No other field is allowed unless the schema says so."},
	{"required", nameList, "The fields that must be there."},
	{"additionalProperties", aSchema, "What fields hold that properties and patternProperties do not name; false allows none."},
	{"patternProperties", schemaMap, "The fields whose names match a regular expression (RE2)."},
	{"propertyNames", aSchema, "What the names of the fields must be."},
	{"minProperties", aCount, "How many fields there must be."},
	{"maxProperties", aCount, "How many fields there may be."},
	{"dependentRequired", object{{"type", "object"}, {"additionalProperties", nameList}}, "The fields that must be there when another one is."},
	{"dependentSchemas", schemaMap, "What the object must be when a field is there."},
	{"unevaluatedProperties", aSchema, "What fields hold that nothing else in this schema describes."},
	{"items", aSchema, "What the items of an array are, after those of prefixItems."},
	{"prefixItems", schemaList, "What the first items of an array are, one by one."},
	{"contains", aSchema, "What some item of an array must be."},
	{"minContains", aCount, "How many items must be what contains says. Without it 1."},
	{"maxContains", aCount, "How many items may be what contains says."},
	{"minItems", aCount, "How many items there must be."},
	{"maxItems", aCount, "How many items there may be."},
	{"uniqueItems", aBool, "Whether no item may come twice."},
	{"unevaluatedItems", aSchema, "What items are that nothing else in this schema describes."},
	{"minLength", aCount, "How many characters a string must have."},
	{"maxLength", aCount, "How many characters a string may have."},
	{"pattern", aString, "A regular expression (RE2) that a string must match somewhere; ^ and $ bind it."},
	{"format", object{{"enum", schemaFormats}}, "What a string must be, such as a date. It is checked."},
	{"contentEncoding", aString, "How a string holds bytes; base64 is checked."},
	{"contentMediaType", aString, "What the bytes are. It asserts nothing."},
	{"contentSchema", aSchema, "What the content is. It asserts nothing."},
	{"minimum", aNumber, "The least number allowed."},
	{"maximum", aNumber, "The greatest number allowed."},
	{"exclusiveMinimum", aNumber, "What a number must be above."},
	{"exclusiveMaximum", aNumber, "What a number must be below."},
	{"multipleOf", object{{"type", "number"}, {"exclusiveMinimum", 0}}, "What a number must be a multiple of."},
	{"allOf", schemaList, "Schemas that the value must match, all of them."},
	{"anyOf", schemaList, "Schemas of which the value must match one or more."},
	{"oneOf", schemaList, "Schemas of which the value must match exactly one."},
	{"not", aSchema, "What the value must not be."},
	{"if", aSchema, "Decides between then and else."},
	{"then", aSchema, "What the value must be where it matches if."},
	{"else", aSchema, "What the value must be where it does not match if."},
	{"deprecated", aBool, "Whether the value should no longer be given."},
	{"readOnly", aBool, "Whether the value is never given. It asserts nothing."},
	{"writeOnly", aBool, "Whether the value is a secret: it is kept out of records, and never given as a flag."},
	{"$ref", aString, "Another schema of this document, such as #/$defs/name. Nothing is read from elsewhere."},
	{"$defs", schemaMap, "Schemas for $ref, by name."},
	{"$anchor", object{{"type", "string"}, {"pattern", `^[A-Za-z_][-A-Za-z0-9._]*$`}}, "A name by which $ref finds this schema."},
	{"$id", object{{"type", "string"}, {"pattern", `^[^#]*#?$`}}, "The document's URI, at its root only."},
	{"$schema", object{{"const", "https://json-schema.org/draft/2020-12/schema"}}, "The dialect, at the root only. There is one."},
	{"$comment", aString, "For who reads the schema. It asserts nothing."},
	{"x-file", object{{"enum", []string{"read", "write"}}}, "The string names a file, which is read or written; - is standard input or output."},
}

var (
	anything   = object{}
	aString    = object{{"type", "string"}}
	aBool      = object{{"type", "boolean"}}
	aNumber    = object{{"type", "number"}}
	aCount     = object{{"type", "integer"}, {"minimum", 0}}
	aSchema    = object{{"$ref", "#/$defs/schema"}}
	schemaList = object{{"type", "array"}, {"minItems", 1}, {"items", aSchema}}
	schemaMap  = object{{"type", "object"}, {"additionalProperties", aSchema}}
	nameList   = object{{"type", "array"}, {"uniqueItems", true}, {"items", aString}}
	typeNames  = object{{"anyOf", []object{
		{{"enum", schemaTypes}},
		{{"type", "array"}, {"minItems", 1}, {"uniqueItems", true}, {"items", object{{"enum", schemaTypes}}}},
	}}}

	schemaTypes   = []string{"object", "string", "integer", "number", "boolean", "array", "null"}
	schemaFormats = []string{
		"date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference", "uuid",
		"json-pointer", "regex",
	}
)

// keywordSchema describes a schema.
func keywordSchema() object {
	properties := object{}
	for _, k := range schemaKeywords {
		properties = append(properties, pair{k.name, append(object{{"description", k.doc}}, k.value...)})
	}
	return object{
		{"type", []string{"object", "boolean"}},
		{"properties", properties},
		{"patternProperties", object{{"^x-", anything}}},
		{"additionalProperties", false},
	}
}
