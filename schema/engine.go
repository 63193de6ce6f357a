package schema

import (
	stdjson "encoding/json"
	"strconv"

	"github.com/kaptinlin/jsonschema"
)

// compile builds kaptinlin's form of each node. It is built from Go values
// rather than compiled from text, which keeps out what kaptinlin does on its
// own: reading the network, resolving a pointer from the inside out, letting a
// default excuse a missing member, asserting content keywords. Every schema's
// title is its node's number, by which a result is traced to its node.
func (s *Schema) compile() {
	c := jsonschema.NewCompiler()
	c.Loaders = nil
	c.SetAssertFormat(true)
	for _, f := range append(formats[:], base64Format) {
		c.RegisterFormat(f.name, func(v any) bool { return f.valid(v.(string)) }, "string")
	}
	for _, n := range s.nodes {
		title := strconv.Itoa(n.id)
		n.engine = (&jsonschema.Schema{Title: &title}).SetCompiler(c)
	}
	for _, n := range s.nodes {
		if n.denies { // not as false, of which kaptinlin traces no member
			n.engine.Not = &jsonschema.Schema{}
		}
		for _, k := range n.keywords {
			k.apply(n, n.engine)
		}
	}
}

// apply sets one keyword of e. Those that assert nothing are left out.
func (k *keyword) apply(n *node, e *jsonschema.Schema) {
	if slot := countOf(e, k.name); slot != nil {
		value, _ := k.value.(stdjson.Number).Float64()
		*slot = &value
	}
	if slot := boundOf(e, k.name); slot != nil {
		*slot = jsonschema.NewRat(k.value)
	}
	if slot := schemaOf(e, k.name); slot != nil {
		*slot = k.one.engine
	}
	if slot := schemasOf(e, k.name); slot != nil {
		for _, child := range k.list {
			*slot = append(*slot, child.engine)
		}
	}
	switch k.name {
	case "$ref":
		e.ResolvedRef = n.target.engine
	case "type":
		e.Type = n.types.names()
	case "enum":
		e.Enum = k.value.([]any)
	case "const":
		e.Const = &jsonschema.ConstValue{Value: k.value, IsSet: true}
	case "required":
		e.Required = n.required
	case "dependentRequired":
		e.DependentRequired = n.dependent()
	case "uniqueItems":
		unique := n.flag(k.name)
		e.UniqueItems = &unique
	case "pattern":
		pattern := k.value.(string)
		e.Pattern = &pattern
	case "format":
		format := k.value.(string)
		e.Format = &format
	case "contentEncoding":
		if n.base64() {
			e.Format = &base64Format.name
		}
	case "properties":
		properties := jsonschema.SchemaMap(k.engines())
		e.Properties = &properties
	case "patternProperties":
		properties := jsonschema.SchemaMap(k.engines())
		e.PatternProperties = &properties
	case "dependentSchemas":
		e.DependentSchemas = k.engines()
	}
}

func (k *keyword) engines() map[string]*jsonschema.Schema {
	engines := make(map[string]*jsonschema.Schema, len(k.named))
	for _, child := range k.named {
		engines[child.name] = child.node.engine
	}
	return engines
}

func countOf(e *jsonschema.Schema, keyword string) **float64 {
	switch keyword {
	case "maxLength":
		return &e.MaxLength
	case "minLength":
		return &e.MinLength
	case "maxItems":
		return &e.MaxItems
	case "minItems":
		return &e.MinItems
	case "maxContains":
		return &e.MaxContains
	case "minContains":
		return &e.MinContains
	case "maxProperties":
		return &e.MaxProperties
	case "minProperties":
		return &e.MinProperties
	}
	return nil
}

func boundOf(e *jsonschema.Schema, keyword string) **jsonschema.Rat {
	switch keyword {
	case "multipleOf":
		return &e.MultipleOf
	case "maximum":
		return &e.Maximum
	case "exclusiveMaximum":
		return &e.ExclusiveMaximum
	case "minimum":
		return &e.Minimum
	case "exclusiveMinimum":
		return &e.ExclusiveMinimum
	}
	return nil
}

func schemaOf(e *jsonschema.Schema, keyword string) **jsonschema.Schema {
	switch keyword {
	case "not":
		return &e.Not
	case "if":
		return &e.If
	case "then":
		return &e.Then
	case "else":
		return &e.Else
	case "items":
		return &e.Items
	case "contains":
		return &e.Contains
	case "additionalProperties":
		return &e.AdditionalProperties
	case "propertyNames":
		return &e.PropertyNames
	case "unevaluatedItems":
		return &e.UnevaluatedItems
	case "unevaluatedProperties":
		return &e.UnevaluatedProperties
	}
	return nil
}

func schemasOf(e *jsonschema.Schema, keyword string) *[]*jsonschema.Schema {
	switch keyword {
	case "allOf":
		return &e.AllOf
	case "anyOf":
		return &e.AnyOf
	case "oneOf":
		return &e.OneOf
	case "prefixItems":
		return &e.PrefixItems
	}
	return nil
}

// evaluate runs kaptinlin on a decoded value.
func (s *Schema) evaluate(n *node, v any) *jsonschema.EvaluationResult {
	s.mu.Lock()
	defer s.mu.Unlock()
	return n.engine.ValidateStruct(v)
}
