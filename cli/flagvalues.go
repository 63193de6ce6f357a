package cli

import (
	"errors"
	"flag"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/beignet-go/beignet/manifest"
)

// wantError says what a flag's value must be, as a noun phrase.
type wantError string

func (e wantError) Error() string { return "must be " + string(e) }

// wanted is what a refused value should have been.
func wanted(err error, f ff.Flag) string {
	var want wantError
	switch {
	case errors.As(err, &want):
		return string(want)
	case isSwitch(f):
		return "true or false"
	default:
		return f.GetPlaceholder()
	}
}

func text(p *string) flag.Value { return &ffval.Value[string]{ParseFunc: asIs, Pointer: p} }

func asIs(s string) (string, error) { return s, nil }

// given is a text that may be empty and is nil until given.
func given(p **string) flag.Value {
	return &ffval.Value[*string]{Pointer: p, ParseFunc: func(s string) (*string, error) { return &s, nil }}
}

func on(p *bool) flag.Value { return &ffval.Value[bool]{Pointer: p} }

// choice is one of a few words; the zero value stands for the default.
func choice[T ~string](p *T, words ...T) flag.Value {
	return &ffval.Value[T]{Pointer: p, ParseFunc: func(s string) (T, error) {
		if i := slices.Index(words, T(s)); i >= 0 {
			return words[i], nil
		}
		names := make([]string, len(words))
		for i, w := range words {
			names[i] = string(w)
		}
		return "", wantError(strings.Join(names, " or "))
	}}
}

func positive[T int | int64](p *T, most T) flag.Value {
	return &ffval.Value[T]{Pointer: p, ParseFunc: func(s string) (T, error) {
		n, err := strconv.ParseInt(s, 10, 64)
		switch {
		case err != nil || n < 1:
			return 0, wantError("a whole number above 0")
		case n > int64(most):
			return 0, wantError("a whole number up to " + strconv.FormatInt(int64(most), 10))
		}
		return T(n), nil
	}}
}

// rate is a whole number of items a second, 0 being any.
func rate(p **int64) flag.Value {
	return &ffval.Value[*int64]{Pointer: p, ParseFunc: func(s string) (*int64, error) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			return nil, wantError("a whole number from 0 up")
		}
		return &n, nil
	}}
}

func duration(p *time.Duration) flag.Value {
	return &ffval.Value[time.Duration]{Pointer: p, ParseFunc: func(s string) (time.Duration, error) {
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 {
			return 0, wantError("a duration such as 90s or 30m")
		}
		return d, nil
	}}
}

// failures is a number of items, or a share of them as 5%.
func failures(p **manifest.MaxFailures) flag.Value {
	return &ffval.Value[*manifest.MaxFailures]{Pointer: p, ParseFunc: parseFailures}
}

func parseFailures(s string) (*manifest.MaxFailures, error) {
	const want = wantError("a number of items, or a share such as 5%")
	if percent, ok := strings.CutSuffix(s, "%"); ok {
		share, err := strconv.ParseFloat(percent, 64)
		if err != nil || math.IsNaN(share) || share <= 0 || share > 100 {
			return nil, want
		}
		return &manifest.MaxFailures{Share: share / 100}, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return nil, want
	}
	return &manifest.MaxFailures{Count: n}, nil
}
