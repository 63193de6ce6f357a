package mask

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
)

// Handler is a log handler that writes to another what holds none of the mask's values:
// the attributes that to has already are left as they are.
func (m *Mask) Handler(to slog.Handler) slog.Handler {
	if m.Empty() {
		return to
	}
	return handler{to, m}
}

type handler struct {
	slog.Handler
	mask *Mask
}

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, h.mask.String(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.mask.attr(a))
		return true
	})
	return h.Handler.Handle(ctx, clean)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(h.mask.attrs(attrs)), h.mask}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(h.mask.String(name)), h.mask}
}

func (m *Mask) attrs(attrs []slog.Attr) []slog.Attr {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = m.attr(a)
	}
	return clean
}

func (m *Mask) attr(a slog.Attr) slog.Attr {
	return slog.Attr{Key: m.String(a.Key), Value: m.value(a.Value.Resolve())}
}

// value hides what v would show in text or JSON. One that shows nothing stays what it is.
func (m *Mask) value(v slog.Value) slog.Value {
	switch v.Kind() {
	case slog.KindString:
		return slog.StringValue(m.String(v.String()))
	case slog.KindGroup:
		return slog.GroupValue(m.attrs(v.Group())...)
	case slog.KindAny:
	default: // a number, a time
		if text := v.String(); m.numeric(text) {
			return slog.StringValue(hidden)
		}
		return v
	}
	for _, text := range shown(v.Any()) {
		if clean := m.String(text); clean != text {
			return slog.StringValue(clean)
		}
	}
	return v
}

// shown is v as one log or another has it.
func shown(v any) []string {
	ways := []string{fmt.Sprintf("%+v", v)}
	if err, ok := v.(error); ok {
		ways = append(ways, err.Error())
	}
	if of := reflect.ValueOf(v); of.Kind() == reflect.Slice && of.Type().Elem().Kind() == reflect.Uint8 {
		ways = append(ways, string(of.Bytes()))
	}
	if text, err := json.Marshal(v); err == nil {
		ways = append(ways, string(text))
	}
	return ways
}
