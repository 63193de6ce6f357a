package runner

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
)

// mustSurviveJSON panics where values of t would not come back from JSON as they were: an
// unexported field, a channel, function or interface, or a float key.
func mustSurviveJSON(id, what string, t reflect.Type) {
	if reason := lossy(t, nil); reason != "" {
		panic(fmt.Sprintf("handler %s: %s type %s would not survive the checkpoint's JSON: %s", id, what, t, reason))
	}
}

func lossy(t reflect.Type, seen []reflect.Type) string {
	if slices.Contains(seen, t) {
		return ""
	}
	if t == reflect.TypeFor[Secret]() {
		return "a Secret is never written down"
	}
	seen = append(seen, t)
	pointer := reflect.PointerTo(t)
	if t.Implements(reflect.TypeFor[json.Marshaler]()) && pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) ||
		t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) && pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return ""
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Interface, reflect.Complex64, reflect.Complex128:
		return fmt.Sprintf("%s is a %s", t, t.Kind())
	case reflect.Map:
		if k := t.Key().Kind(); k == reflect.Float32 || k == reflect.Float64 {
			return fmt.Sprintf("%s has keys of type %s", t, t.Key())
		}
		return lossy(t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return lossy(t.Elem(), seen)
	case reflect.Struct:
		return lossyStruct(t, seen)
	default:
		return ""
	}
}

func lossyStruct(t reflect.Type, seen []reflect.Type) string {
	for i := range t.NumField() {
		f := t.Field(i)
		switch {
		case f.Anonymous && !f.IsExported() && f.Type.Kind() == reflect.Struct: // its fields are promoted
		case !f.IsExported():
			return fmt.Sprintf("field %s of %s is not exported", f.Name, t)
		case f.Tag.Get("json") == "-":
			return fmt.Sprintf("field %s of %s is left out of JSON", f.Name, t)
		}
		if reason := lossy(f.Type, seen); reason != "" {
			return reason
		}
	}
	return ""
}
