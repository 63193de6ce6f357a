package cli

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
)

// flagValues is one flag of each kind.
type flagValues struct {
	Name     string
	Input    string // "unset" until given
	On       bool
	Verbose  bool
	N        int
	Wait     time.Duration
	Color    string
	Failures *manifest.MaxFailures
}

func testFlags(group bool) (*flagSet, func() flagValues) {
	var v flagValues
	var input *string
	parent := newFlagSet("p", nil)
	parent.add('v', "verbose", "", "", on(&v.Verbose))
	f := newFlagSet("p c", parent)
	f.group = group
	f.add(0, "name", "NAME", "", text(&v.Name))
	f.add(0, "input", "JSON", "", given(&input))
	f.add(0, "on", "", "", on(&v.On))
	f.add(0, "count", "N", "", positive(&v.N, 100))
	f.add(0, "wait", "DURATION", "", duration(&v.Wait))
	f.add(0, "color", "red|blue", "", choice(&v.Color, "red", "blue"))
	f.add(0, "failures", "N|N%", "", failures(&v.Failures))
	return f, func() flagValues {
		v.Input = "unset"
		if input != nil {
			v.Input = *input
		}
		return v
	}
}

func TestFlagsParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		args  []string
		group bool
		want  flagValues
		rest  []string
		err   string
	}{
		{name: "before and after an argument", args: []string{"--name", "a", "T", "--on"}, want: flagValues{Name: "a", On: true}, rest: []string{"T"}},
		{name: "a parent's flag", args: []string{"T", "-v"}, want: flagValues{Verbose: true}, rest: []string{"T"}},
		{name: "an empty value takes nothing", args: []string{"--name=", "T"}, rest: []string{"T"}},
		{name: "an empty value is given", args: []string{"--input=", "T"}, want: flagValues{Input: ""}, rest: []string{"T"}},
		{name: "an empty argument as a value", args: []string{"--name", "", "T"}, rest: []string{"T"}},
		{name: "a switch takes nothing", args: []string{"--on", "t", "false"}, want: flagValues{On: true}, rest: []string{"t", "false"}},
		{name: "a switch with a value", args: []string{"--on=false"}, want: flagValues{}},
		{name: "a lone dash is a value", args: []string{"--input", "-", "T"}, want: flagValues{Input: "-"}, rest: []string{"T"}},
		{name: "a lone dash is an argument", args: []string{"-", "T"}, rest: []string{"-", "T"}},
		{name: "two dashes end flags", args: []string{"--on", "--", "--name", "-v"}, want: flagValues{On: true}, rest: []string{"--name", "-v"}},
		{name: "an equals sign within a value", args: []string{"--name=a=b"}, want: flagValues{Name: "a=b"}},
		{name: "values of every kind", args: []string{"--count", "7", "--wait=90s", "--color", "red", "--failures", "5%"},
			want: flagValues{N: 7, Wait: 90 * time.Second, Color: "red", Failures: &manifest.MaxFailures{Share: 0.05}}},
		{name: "a number of failures", args: []string{"--failures", "0"}, want: flagValues{Failures: &manifest.MaxFailures{}}},
		{name: "a group ends at its first argument", group: true, args: []string{"--on", "sub", "--name", "x"}, want: flagValues{On: true}, rest: []string{"sub", "--name", "x"}},

		{name: "unknown", args: []string{"--nmae", "a"}, err: "unknown flag --nmae; did you mean --name?"},
		{name: "unknown and far", args: []string{"--whatever=1"}, err: "unknown flag --whatever"},
		{name: "unknown and short", args: []string{"-x"}, err: "unknown flag -x"},
		{name: "a bundle is no flag", args: []string{"-vx"}, err: "unknown flag -vx"},
		{name: "no value", args: []string{"--name"}, err: "--name needs a value"},
		{name: "a flag for a value", args: []string{"--name", "--on"}, err: "--name needs a value"},
		{name: "a parent's flag for a value", args: []string{"--name", "-v"}, err: "--name needs a value"},
		{name: "twice", args: []string{"--name", "a", "--name=b"}, err: "--name is given twice"},
		{name: "a switch without a value after =", args: []string{"--on="}, err: `--on: "" is not true or false`},
		{name: "a switch with another value", args: []string{"--on=maybe"}, err: `--on: "maybe" is not true or false`},
		{name: "no number", args: []string{"--count", "many"}, err: `--count: "many" is not a whole number above 0`},
		{name: "zero", args: []string{"--count", "0"}, err: `--count: "0" is not a whole number above 0`},
		{name: "negative", args: []string{"--count=-5"}, err: `--count: "-5" is not a whole number above 0`},
		{name: "too much", args: []string{"--count", "101"}, err: `--count: "101" is not a whole number up to 100`},
		{name: "no duration", args: []string{"--wait", "soon"}, err: `--wait: "soon" is not a duration such as 90s or 30m`},
		{name: "no choice", args: []string{"--color", "green"}, err: `--color: "green" is not red or blue`},
		{name: "no share", args: []string{"--failures", "NaN%"}, err: `--failures: "NaN%" is not a number of items, or a share such as 5%`},
		{name: "over all", args: []string{"--failures", "101%"}, err: `--failures: "101%" is not a number of items, or a share such as 5%`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f, values := testFlags(test.group)
			err := f.Parse(test.args)
			if test.err != "" {
				wantUsage(t, err, test.err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if test.want.Input == "" && test.name != "an empty value is given" {
				test.want.Input = "unset"
			}
			if got := values(); !reflect.DeepEqual(got, test.want) {
				t.Errorf("values %+v, want %+v", got, test.want)
			}
			if got := f.GetArgs(); !reflect.DeepEqual(got, test.rest) {
				t.Errorf("arguments %q, want %q", got, test.rest)
			}
		})
	}
}

func wantUsage(t *testing.T, err error, message string) {
	t.Helper()
	var refused *runner.Error
	if !errors.As(err, &refused) || refused.Code != runner.CodeUsage || refused.Message != message {
		t.Errorf("error %v, want %s", err, message)
	}
}

func TestFlagsHelp(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{"-h", "--help"} {
		f, _ := testFlags(false)
		if err := f.Parse([]string{"T", arg}); !errors.Is(err, ff.ErrHelp) {
			t.Errorf("%s: %v", arg, err)
		}
	}
}

// A variable stands in for a flag that is left out; an empty one is none.
func TestFlagsFromVariables(t *testing.T) {
	t.Parallel()
	env := func(vars map[string]string) environment {
		return readEnvironment("my-app", func(name string) string { return vars[name] })
	}
	f, values := testFlags(false)
	if err := f.Parse([]string{"--name", "given"}); err != nil {
		t.Fatal(err)
	}
	err := f.fromVariables(env(map[string]string{"MY_APP_NAME": "other", "MY_APP_COUNT": "3", "MY_APP_ON": "1", "MY_APP_COLOR": ""}))
	if want := (flagValues{Name: "given", Input: "unset", N: 3, On: true}); err != nil || !reflect.DeepEqual(values(), want) {
		t.Errorf("%+v (%v), want %+v", values(), err, want)
	}
	f, _ = testFlags(false)
	err = f.fromVariables(env(map[string]string{"MY_APP_COLOR": "green"}))
	wantUsage(t, err, `MY_APP_COLOR: "green" is not red or blue`)
}

func FuzzFlagsParse(fuzz *testing.F) {
	fuzz.Add("--name", "a", "T", "--on=")
	fuzz.Fuzz(func(t *testing.T, a, b, c, d string) {
		f, _ := testFlags(false)
		err := f.Parse([]string{a, b, c, d})
		var refused *runner.Error
		if err != nil && !errors.Is(err, ff.ErrHelp) && !errors.As(err, &refused) {
			t.Errorf("%q %q %q %q: %v", a, b, c, d, err)
		}
	})
}
