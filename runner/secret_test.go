package runner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

const veiled = "hunter2-and-more"

type onceInput struct {
	DryRun bool          `json:"dryRun"`
	User   string        `json:"user"`
	Count  int64         `json:"count"`
	Token  runner.Secret `json:"token"`
}

// A Secret is shown by nothing that shows values, wherever it stands in one.
func TestASecretIsNeverShown(t *testing.T) {
	t.Parallel()
	s := runner.NewSecret(veiled)
	type outer struct {
		Token  runner.Secret
		hidden runner.Secret
		List   []runner.Secret
		Map    map[string]*runner.Secret
		any    any
	}
	var shown strings.Builder
	for name, v := range map[string]any{
		"itself": s, "a pointer": &s, "a struct": outer{s, s, []runner.Secret{s}, map[string]*runner.Secret{"k": &s}, s},
		"a struct's pointer": &outer{s, s, []runner.Secret{s}, map[string]*runner.Secret{"k": &s}, &s},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%t", "%10.3s", "%U"} {
			fmt.Fprintf(&shown, name+" "+verb+"\n", v)
		}
		fmt.Fprintln(&shown, v, fmt.Errorf("bad %v", v))
		for _, marshal := range []func(any) ([]byte, error){
			json.Marshal, xml.Marshal, func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
		} {
			text, _ := marshal(v) // xml has no maps
			shown.Write(text)
		}
		for _, h := range []slog.Handler{slog.NewTextHandler(&shown, nil), slog.NewJSONHandler(&shown, nil)} {
			slog.New(h).With("with", v).Info("said", "token", v, slog.Group("group", "token", v))
		}
	}
	hex := fmt.Sprintf("%x", veiled)
	if text := strings.ToLower(shown.String()); strings.Contains(text, veiled) || strings.Contains(text, hex) || strings.Count(text, "[secret]") < 40 {
		t.Error(text)
	}
	if s.Reveal() != veiled || s.IsZero() || (runner.Secret{}).Reveal() != "" || !runner.NewSecret("").IsZero() {
		t.Error("a secret does not reveal what it is")
	}
}

// A secret is decoded like the string that it is, and nothing else is.
func TestASecretIsDecoded(t *testing.T) {
	t.Parallel()
	var in struct {
		Token runner.Secret  `json:"token"`
		Other *runner.Secret `json:"other"`
	}
	text := []byte(`{"token":"a\"b\nc","other":null}`)
	for _, decode := range []func([]byte, any) error{json.Unmarshal, func(text []byte, v any) error { return jsonv2.Unmarshal(text, v) }} {
		if err := decode(text, &in); err != nil || in.Token.Reveal() != "a\"b\nc" || in.Other != nil {
			t.Errorf("%q, %v", in.Token.Reveal(), err)
		}
		if err := decode([]byte(`{"token":1}`), &in); err == nil {
			t.Error("a number was taken for a secret")
		}
	}
}

// A handler whose input has a Secret is given the text, and its output and what is on record
// have none of it.
func TestAHandlerIsGivenItsSecret(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	app := newNumbers(1)
	state := memory.NewState()
	r := runnerOf(t, "testdata/secretonce.yaml", func(r *runner.Registry[deps]) {
		runner.HandleTx(r, "sec.ret", func(_ context.Context, d deps, in onceInput, _ *runner.Changes) (map[string]any, error) {
			d.s.Log.Info("called", "input", in)
			return map[string]any{"letters": len(in.Token.Reveal()), "token": in.Token}, nil
		})
	}, app.open, runner.Options{State: inMemory(state), Log: slog.New(slog.NewJSONHandler(&log, nil))})
	run, err := r.Run(t.Context(), runner.Request{Task: "sec.ret", Input: []byte(`{"token":"` + veiled + `"}`), Actor: "a", Client: "c"})
	if err != nil || string(run.Output) != `{"letters":16,"token":"[secret]"}` {
		t.Fatalf("%s, %v", run.Output, err)
	}
	if text := written(t, state, app, run.ID) + log.String(); strings.Contains(text, veiled) || !strings.Contains(text, "[secret]") {
		t.Error(text)
	}
}

// Who holds a lock is for all to see: a secret is no part of its key, though another
// field has the same value.
func TestASecretIsNoLock(t *testing.T) {
	t.Parallel()
	r := runnerOf(t, "testdata/secretonce.yaml", func(r *runner.Registry[deps]) {
		runner.HandleTx(r, "sec.ret", func(context.Context, deps, onceInput, *runner.Changes) (struct{}, error) { return struct{}{}, nil })
	}, newNumbers(1).open, runner.Options{State: inMemory(memory.NewState())})
	req := runner.Request{Task: "sec.ret", Input: []byte(`{"token":"` + veiled + `"}`), Actor: "a", Client: "c"}
	if plan, err := r.Plan(req); err != nil || fmt.Sprint(plan.LockKeys) != "[user ann]" {
		t.Errorf("%v, %v", plan, err)
	}
	req.Input = []byte(`{"user":"` + veiled + `","token":"` + veiled + `"}`)
	_, err := r.Plan(req)
	e := failure(t, err)
	if text := fmt.Sprint(e.Message, e.Violations); e.Code != runner.CodeInput || !strings.Contains(text, "a lock that holds a secret") || strings.Contains(text, veiled) {
		t.Errorf("%s: %s", e.Code, text)
	}
}

// A refusal that repeats what another field has does not repeat the secret's value.
func TestARefusalRepeatsNoSecret(t *testing.T) {
	t.Parallel()
	r := runnerOf(t, "testdata/secretonce.yaml", func(r *runner.Registry[deps]) {
		runner.HandleTx(r, "sec.ret", func(context.Context, deps, onceInput, *runner.Changes) (struct{}, error) { return struct{}{}, nil })
	}, newNumbers(1).open, runner.Options{})
	for token, want := range map[string]string{"other": "/count must be written as an integer: write 1234567", "1234567": "/count must be written as an integer: write ***"} {
		_, err := r.Plan(runner.Request{Task: "sec.ret", Input: []byte(`{"count":1234567.0,"token":"` + token + `"}`), Actor: "a", Client: "c"})
		if e := failure(t, err); len(e.Violations) != 1 || e.Violations[0].Pointer+" "+e.Violations[0].Message != want {
			t.Errorf("%+v, want %s", e.Violations, want)
		}
	}
}

// What is kept as JSON and read back cannot be a Secret.
func TestASecretIsNoCursorAndNoOutput(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := fmt.Sprint(recover()); !strings.Contains(p, "a Secret is never written down") {
			t.Error(p)
		}
	}()
	registry := runner.NewRegistry[deps]()
	runner.HandleBatches(registry, "sec.ret",
		func(context.Context, deps, secretInput, int64, int) ([]row, error) { return nil, nil },
		func(i row) int64 { return i.At },
		func(context.Context, deps, secretInput, *runner.Batch[row, struct{ Token runner.Secret }]) error {
			return nil
		})
}
