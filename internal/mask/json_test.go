package mask

import (
	"encoding/json"
	"testing"
)

// What is masked in JSON stays JSON.
func TestJSON(t *testing.T) {
	t.Parallel()
	m := New([]string{"hunter2-and-more", "1234", "20261201", "1.5e3", odd})
	for _, test := range []struct{ text, want, at string }{
		{`{"a":1234,"b":[true,null]}`, `{"a":1234,"b":[true,null]}`, ""},
		{`{ "a" : "so far" }`, `{ "a" : "so far" }`, ""}, // byte for byte
		{`"hunter2-and-more"`, `"***"`, "top"},
		{`{"a":["x hunter2-and-more y"]}`, `{"a":["x *** y"]}`, "/a/0"},
		{`{"hunter2-and-more":{"b":1},"x hunter2-and-more":2}`, `{"***":{"b":1},"x ***":2}`, "/***"},
		{`{"a hunter2-and-more":1,"a ***":2}`, `{"a ***":1,"a *** 2":2}`, "/a ***"},
		{`{"1234":1,"1234 ":2,"x":{"1234":1},"***":3}`, `{"***":1,"*** ":2,"x":{"***":1},"*** 2":3}`, "/***"},
		{`{"a":"h\u0075nter2-and-more"}`, `{"a":"***"}`, "/a"},
		{`{"a":20261201,"b":-20261201,"c":120261201}`, `{"a":"***","b":-20261201,"c":120261201}`, "/a"},
		{`{"a":"x1234"}`, `{"a":"x***"}`, ""}, // too short to be known in a longer text
		{`{"a":"1234"}`, `{"a":"***"}`, "/a"},
		{`{"a":"a\"b\\c\nd<\u001b!"}`, `{"a":"***!"}`, "/a"},
		{`{"a":"{\"b\":\"a\\\"b\\\\c\\nd<\\u001b\"}"}`, `{"a":"{\"b\":\"***\"}"}`, "/a"},
		{`{"a":`, `"***"`, ""},
	} {
		got := string(m.JSON([]byte(test.text)))
		if got != test.want || !json.Valid([]byte(got)) {
			t.Errorf("%s: %s, want %s", test.text, got, test.want)
		}
		at, found := m.In([]byte(test.text))
		if want := test.at != "" || !json.Valid([]byte(test.text)); found != want || found && at != test.at && test.at != "top" {
			t.Errorf("%s: at %q, %t", test.text, at, found)
		}
	}
	if got := string(m.Input([]byte(`{"a":"x1234","b":"1234","c":"a hunter2-and-more"}`))); got != `{"a":"x1234","b":"***","c":"a ***"}` {
		t.Errorf("an input: %s", got)
	}
	if got := string((*Mask)(nil).JSON([]byte(`"hunter2"`))); got != `"hunter2"` {
		t.Errorf("no mask: %s", got)
	}
}
