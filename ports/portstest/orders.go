package portstest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

func cancelled(by string) ports.Order {
	return ports.Order{Cancel: true, By: by, At: time.Date(2026, 11, 24, 15, 0, 0, 5, time.UTC)}
}

// wantOrder wants an order, or with a zero one none, wherever it can be read.
func wantOrder(t *testing.T, s ports.State, id string, want ports.Order) {
	t.Helper()
	got, err := s.Ordered(t.Context(), id)
	if err != nil || plain(got) != plain(want) {
		t.Errorf("ordered is %s, %v; want %s", plain(got), err, plain(want))
	}
	var pointer *ports.Order
	if want != (ports.Order{}) {
		pointer = &want
	}
	run, err := s.Run(t.Context(), id)
	if err != nil || plain(run.Order) != plain(pointer) {
		t.Errorf("the record's order is %s, %v; want %s", plain(run.Order), err, plain(pointer))
	}
	runs, err := s.List(t.Context(), ports.RunFilter{Prefix: id})
	if err != nil || len(runs) != 1 || plain(runs[0].Order) != plain(pointer) {
		t.Errorf("listed are %s, %v; want one with order %s", plain(runs), err, plain(pointer))
	}
}

func testOrder(t *testing.T, s ports.State) {
	if err := s.Order(t.Context(), "r", cancelled("ann"), started("r")); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("Order to no run: %v, want ErrNotFound", err)
	}
	if _, err := s.Ordered(t.Context(), "r"); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("Ordered of no run: %v, want ErrNotFound", err)
	}
	if err := s.Start(t.Context(), run("r", 0)); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context(), run("other", 0)); err != nil {
		t.Fatal(err)
	}
	wantOrder(t, s, "r", ports.Order{})
	wantChain(t, s, 0)

	bad := started("r")
	bad.Metadata = json.RawMessage(`{`)
	if err := s.Order(t.Context(), "r", cancelled("ann"), bad); err == nil {
		t.Error("Order with an event that is no JSON: no error")
	}
	wantOrder(t, s, "r", ports.Order{})

	for i, by := range []string{"ann", "bob <&>"} {
		if err := s.Order(t.Context(), "r", cancelled(by), started("r")); err != nil {
			t.Fatal(err)
		}
		wantOrder(t, s, "r", cancelled(by))
		wantChain(t, s, i+1)
	}
	wantOrder(t, s, "other", ports.Order{})
}

// testOrderStays has the process that is at the run write its record over and over
// without knowing of the order.
func testOrderStays(t *testing.T, s ports.State) {
	r := run("r", 0)
	if err := s.Start(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	want := cancelled("ann")
	if err := s.Order(t.Context(), "r", want); err != nil {
		t.Fatal(err)
	}
	other := cancelled("bob")
	for _, order := range []*ports.Order{nil, &other} {
		r.Order = order
		r.Progress.Processed++
		if err := s.Update(t.Context(), r, r.Mark()); err != nil {
			t.Fatal(err)
		}
		wantOrder(t, s, "r", want)
	}
	from := r.Mark()
	r.Status = ports.Cancelled
	if err := s.Update(t.Context(), r, from); err != nil {
		t.Fatal(err)
	}
	wantOrder(t, s, "r", want)
	if err := s.Order(t.Context(), "r", other, started("r")); !errors.Is(err, ports.ErrStale) {
		t.Errorf("Order to a run that has ended: %v, want ErrStale", err)
	}
	wantOrder(t, s, "r", want)
	wantChain(t, s, 0)

	r, err := s.Run(t.Context(), "r") // with the order
	if err != nil {
		t.Fatal(err)
	}
	from = r.Mark()
	r.Status, r.Attempt = ports.Running, 2
	if err := s.Update(t.Context(), r, from); err != nil {
		t.Fatal(err)
	}
	wantOrder(t, s, "r", ports.Order{})
}

// testOrderMeanwhile begins attempts with a record that was read before an order came:
// only an order that was read is over.
func testOrderMeanwhile(t *testing.T, s ports.State) {
	if err := s.Start(t.Context(), run("r", 0)); err != nil {
		t.Fatal(err)
	}
	// begin reads the record, has orders left, and begins the next attempt.
	begin := func(orders ...ports.Order) {
		t.Helper()
		r, err := s.Run(t.Context(), "r")
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range orders {
			if err := s.Order(t.Context(), "r", o); err != nil {
				t.Fatal(err)
			}
		}
		from := r.Mark()
		r.Attempt++
		if err := s.Update(t.Context(), r, from); err != nil {
			t.Fatal(err)
		}
	}
	first, second := cancelled("ann"), cancelled("bob <&>")
	begin(first)
	wantOrder(t, s, "r", first)
	begin(second)
	wantOrder(t, s, "r", second)
	begin()
	wantOrder(t, s, "r", ports.Order{})
	begin(first, second)
	wantOrder(t, s, "r", second)
}

// testOrderOver gives one order after another.
func testOrderOver(t *testing.T, s ports.State) {
	if err := s.Start(t.Context(), run("r", 0)); err != nil {
		t.Fatal(err)
	}
	rate, none := int64(500), int64(0)
	want := ports.Order{By: "ann", At: cancelled("").At, Rate: &rate}
	give := func(o ports.Order) {
		t.Helper()
		o.By, o.At = "ann", want.At
		if err := s.Order(t.Context(), "r", o); err != nil {
			t.Fatal(err)
		}
	}
	give(ports.Order{Rate: &rate})
	wantOrder(t, s, "r", want)
	give(ports.Order{BatchSize: 200})
	want.BatchSize = 200
	wantOrder(t, s, "r", want)
	give(ports.Order{Cancel: true})
	want.Cancel = true
	wantOrder(t, s, "r", want)
	give(ports.Order{Rate: &none})
	want.Rate = &none
	wantOrder(t, s, "r", want)
}
