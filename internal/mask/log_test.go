package mask

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

type custom struct{ text string }

func (c custom) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("custom")) }
func (c custom) Error() string              { return "bad " + c.text }

type lazy struct{ text string }

func (l lazy) LogValue() slog.Value { return slog.GroupValue(slog.String("inside", l.text)) }

type texted struct{ text string }

func (t texted) MarshalText() ([]byte, error) { return []byte(t.text), nil }

// A log line has no secret, whatever its value is and in whichever form it is written.
func TestHandler(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"hunter2-and-more", odd} {
		asJSON, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range map[string]any{
			"a text": "x" + secret, "an error": fmt.Errorf("a %w", errors.New(secret)), "quoted": fmt.Sprintf("%q", secret),
			"bytes": []byte(secret), "raw JSON": json.RawMessage(asJSON), "a struct": struct{ A []string }{[]string{secret}},
			"a pointer in a struct": struct{ A *string }{&secret}, "a map": map[string]string{"a": secret}, "a name in a map": map[string]int{secret: 1},
			"its own form": custom{secret}, "a lazy value": lazy{secret}, "a marshaller": texted{secret},
			"a group": slog.GroupValue(slog.Any("inner", []string{secret})), "a stringer": json.Number(secret),
		} {
			for form, of := range map[string]func(*strings.Builder) slog.Handler{
				"text": func(b *strings.Builder) slog.Handler { return slog.NewTextHandler(b, nil) },
				"JSON": func(b *strings.Builder) slog.Handler { return slog.NewJSONHandler(b, nil) },
			} {
				var b strings.Builder
				log := slog.New(New([]string{secret}).Handler(of(&b))).With("before", v)
				log.WithGroup("g").Info("said "+secret, "v", v, "k"+secret, 1)
				if text := b.String(); strings.Contains(text, secret) || strings.Contains(text, "hunter2") || strings.Contains(text, `b\\c`) || strings.Count(text, hidden) < 3 {
					t.Errorf("%s in %s: %s", name, form, text)
				}
			}
		}
	}
}

// What is no secret is written as it would be without a mask.
func TestHandlerChangesNothingElse(t *testing.T) {
	t.Parallel()
	at := time.Now()
	lines := map[bool]string{}
	for _, masked := range []bool{true, false} {
		var b strings.Builder
		var h slog.Handler = slog.NewJSONHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}})
		if masked {
			h = New([]string{"hunter2", "20261201"}).Handler(h)
		}
		slog.New(h).With("at", at).WithGroup("g").Warn("said", "n", 1, "d", time.Second, "b", []byte("x"), "m", map[string]any{"a": 1.5}, "e", errors.New("bad"), "nil", nil)
		lines[masked] = b.String()
	}
	if lines[true] != lines[false] || lines[true] == "" {
		t.Errorf("%s%s", lines[true], lines[false])
	}
	var b strings.Builder
	slog.New(New([]string{"20261201"}).Handler(slog.NewTextHandler(&b, nil))).Info("n", "pin", 20261201)
	if strings.Contains(b.String(), "pin=20261201") {
		t.Error(b.String())
	}
}
