package schema

import (
	"encoding"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"
)

// ShapeOf returns the shape of what github.com/go-json-experiment/json decodes
// into t without an error, unknown members being rejected.
func ShapeOf(t reflect.Type) *Shape {
	return goShapes{}.of(t)
}

// goShapes holds a shape for each type met, so that recursion ends.
type goShapes map[reflect.Type]*Shape

func (b goShapes) of(t reflect.Type) *Shape {
	if s := b[t]; s != nil {
		return s
	}
	s := &Shape{name: t.String(), maxItems: -1}
	b[t] = s
	if !b.special(s, t) {
		b.kind(s, t)
	}
	return s
}

// special handles the types that do not decode as their kind does.
func (b goShapes) special(s *Shape, t reflect.Type) bool {
	switch {
	case t == reflect.TypeFor[time.Time]():
		s.types, s.format = typeString, "date-time"
	case t == reflect.TypeFor[time.Duration]():
		s.never = "time.Duration has no form in JSON"
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface:
		return false
	case implements[json.UnmarshalerFrom](t) || implements[json.Unmarshaler](t):
		s.opaque, s.absent = true, true
	case implements[encoding.TextUnmarshaler](t):
		s.types, s.secret = typeString, implements[interface{ Reveal() string }](t)
	default:
		return false
	}
	return true
}

func implements[I any](t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[I]())
}

func (b goShapes) kind(s *Shape, t reflect.Type) {
	switch kind := t.Kind(); kind {
	case reflect.Bool:
		s.types = typeBoolean
	case reflect.String:
		s.types = typeString
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		s.integers(kind, t.Bits())
	case reflect.Float32:
		s.types, s.mustLow, s.mustHigh = typeNumber, true, true
		s.high = new(big.Rat).SetFloat64(math.MaxFloat32)
		s.low = new(big.Rat).Neg(s.high)
	case reflect.Float64:
		s.types = typeNumber
	case reflect.Pointer:
		s.to, s.absent = b.of(t.Elem()), true
	case reflect.Interface:
		s.opaque, s.absent = true, true
		if t.NumMethod() > 0 {
			s.never = "an interface with methods cannot be decoded into"
		}
	case reflect.Slice, reflect.Array:
		b.list(s, t)
	case reflect.Map:
		s.types, s.absent = typeObject|typeNull, true
		s.rest = []*Shape{b.of(t.Elem())}
		if t.Key().Kind() != reflect.String || implements[encoding.TextUnmarshaler](t.Key()) {
			s.never = "the keys of a map must be plain strings"
		}
	case reflect.Struct:
		s.types = typeObject
		b.structure(s, t)
	default:
		s.never = fmt.Sprintf("a %s cannot be decoded", kind)
	}
}

// integers sets the range of an integer type. A schema that is silent about
// bounds is taken at its word for 64 bits, and for no less.
func (s *Shape) integers(kind reflect.Kind, bits int) {
	s.types = typeInteger
	one := big.NewInt(1)
	if kind >= reflect.Uint {
		s.low = new(big.Rat)
		s.high = new(big.Rat).SetInt(new(big.Int).Sub(new(big.Int).Lsh(one, uint(bits)), one))
		s.mustLow, s.mustHigh = true, bits < 64
		return
	}
	half := new(big.Int).Lsh(one, uint(bits-1))
	s.low = new(big.Rat).SetInt(new(big.Int).Neg(half))
	s.high = new(big.Rat).SetInt(new(big.Int).Sub(half, one))
	s.mustLow, s.mustHigh = bits < 64, bits < 64
}

func (b goShapes) list(s *Shape, t reflect.Type) {
	bytes := t.Elem() == reflect.TypeFor[byte]()
	switch {
	case t.Kind() == reflect.Slice && bytes:
		s.types, s.format, s.absent = typeString|typeNull, base64Format.name, true
	case bytes:
		s.never = "an array of bytes takes only base64 of its own length"
	case t.Kind() == reflect.Slice:
		s.types, s.absent = typeArray|typeNull, true
		s.items = b.of(t.Elem())
	default:
		s.types = typeArray
		s.items = b.of(t.Elem())
		s.minItems, s.maxItems = t.Len(), t.Len()
	}
}
