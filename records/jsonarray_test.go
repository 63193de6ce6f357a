package records

import "testing"

var arrayTests = []struct {
	name  string
	array JSONArray
	text  string
	want  []string // an error of the last page last
}{
	{name: "plain", text: `[{"a":1},{"a":2}]`, want: []string{
		`1 (line 1) {"a":1}`,
		`2 (line 1) {"a":2}`,
	}},
	{name: "pretty-printed", text: "\n[\r\n  {\n    \"a\": \"]},\\\\\\\"[{\",\n    \"b\": [1.0, {}]\n  },\r\n  {}\n]\n", want: []string{
		`1 (line 3) {"a":"]},\\\"[{","b":[1.0,{}]}`,
		`2 (line 7) {}`,
	}},
	{name: "any value", text: ` [ null,true , "x\\","]", -1.0 ,[ [] ],1e400] `, want: []string{
		`1 (line 1) null`, `2 (line 1) true`, `3 (line 1) "x\\"`, `4 (line 1) "]"`, `5 (line 1) -1.0`, `6 (line 1) [[]]`, `7 (line 1) 1e400`,
	}},
	{name: "bad-input 42: a duplicate name", text: "[{\"a\":1,\"a\":2},\n{\"b\":1,\n\"b\":2},{\"c\":1,\"c\":2},{}]", want: []string{
		`1 (line 1) [] row 1 (line 1, column 9): the name "a" stands twice in its object; raw "{\"a\":1,\"a\":2}" of 13`,
		`2 (line 2) [] row 2 (line 3, column 1): the name "b" stands twice in its object; raw "{\"b\":1,\n\"b\":2}" of 14`,
		`3 (line 3) [] row 3 (line 3): at byte 39 of the file: the name "c" stands twice in its object; raw "{\"c\":1,\"c\":2}" of 13`,
		`4 (line 3) {}`,
	}},
	{name: "bad-input 44: text after the array", text: "[1]\n [2]", want: []string{
		`1 (line 1) 1`,
		`row 2 (line 2, column 2): text after the end of the array`,
	}},
	{name: "bad-input 48: a byte that is not UTF-8", text: "[\"\xe9\",\n\"\\udc00\",1]", want: []string{
		`1 (line 1) [] row 1 (line 1, column 3): byte 0xE9 is not UTF-8; if the file is Latin-1, convert it: iconv -f LATIN1 -t UTF-8; raw "\"\xe9\"" of 3`,
		"2 (line 2) [] row 2 (line 2, column 2): invalid surrogate pair `\\udc00\"` in string; raw \"\\\"\\\\udc00\\\"\" of 8",
		`3 (line 2) 1`,
	}},
	{name: "bad-input 55: a BOM", text: "\ufeff[1]", want: []string{`1 (line 1) 1`}},
	{name: "bad-input 60: NUL", text: "[\"\\u0000\",\"\x00\",1]", want: []string{
		`1 (line 1) "\u0000"`,
		`2 (line 1) [] row 2 (line 1): at byte 12 of the file: invalid character '\x00' in string (expecting non-control character); raw "\"\x00\",1]" of 6`,
		`row 3 (line 1): no end of the array was found`,
	}},
	{name: "bad-input 63: an element that is cut off", text: "[{},\n{\"a\":\"x", want: []string{
		`1 (line 1) {}`,
		`2 (line 2) [] row 2 (line 2, column 8): the value is cut off here; raw "{\"a\":\"x" of 7`,
		`row 3 (line 2): no end of the array was found`,
	}},
	{name: "bad-input 63: a number that may be cut off", text: "[1,\n23", want: []string{
		`1 (line 1) 1`,
		`2 (line 2) [] row 2 (line 2, column 3): the value is cut off here; raw "23" of 2`,
		`row 3 (line 2): no end of the array was found`,
	}},
	{name: "bad-input 63: cut off between elements", text: "[{}\n", want: []string{
		`1 (line 1) {}`,
		`row 2 (line 2): no end of the array was found`,
	}},
	{name: "bad-input 63: cut off after a comma", text: "[{},", want: []string{
		`1 (line 1) {}`,
		`row 2 (line 1): no end of the array was found`,
	}},
	{name: "bad-input 68: an empty array", text: " [ \n ] \n", want: nil},
	{name: "no comma", text: "[1\n2]\n", want: []string{
		`1 (line 1) 1`,
		`2 (line 2) [] row 2 (line 2, column 1): a comma or ] is missing before this; raw "2]\n" of 3`,
		`row 3 (line 3): no end of the array was found`,
	}},
	{name: "a comma too many", text: "[1,]", want: []string{
		`1 (line 1) 1`,
		`2 (line 1) [] row 2 (line 1): at byte 4 of the file: a value is missing here; raw "]" of 1`,
		`row 3 (line 1): no end of the array was found`,
	}},
	{name: "a comma first", text: "[,1]", want: []string{
		`1 (line 1) [] row 1 (line 1, column 2): a value is missing here; raw ",1]" of 3`,
		`row 2 (line 1): no end of the array was found`,
	}},
	{name: "a quote that is not escaped", text: "[{\"a\":\"x\"y\"},\n{\"b\":\"},[1],[\"}]", want: []string{
		`1 (line 1) [] row 1 (line 1, column 10): invalid character 'y' after object value (expecting ',' or '}'); raw "{\"a\":\"x\"y\"},\n{\"b\":\"},[1],[\"}]" of 29`,
		`row 2 (line 2): no end of the array was found`,
	}},
	{name: "other brackets", text: "[{\"a\":[1}},{}]", want: []string{
		`1 (line 1) [] row 1 (line 1, column 9): invalid character '}' after array element (expecting ',' or ']'); raw "{\"a\":[1}},{}]" of 13`,
		`row 2 (line 1): no end of the array was found`,
	}},
	{name: "an object", text: "{\"a\":1}", want: []string{
		`row 1 (line 1, column 1): an array should begin here`,
	}},
	{name: "as long as may be", array: JSONArray{MaxRecord: 4}, text: "[1234,\"34\",[34],1234 ]", want: []string{
		`1 (line 1) 1234`, `2 (line 1) "34"`, `3 (line 1) [34]`, `4 (line 1) 1234`,
	}},
	{name: "bad-input 59: longer", array: JSONArray{MaxRecord: 4}, text: "[ 12345,\n\"a]\\\",[\" , {\"a\":[{},\n1]} ,1,true,null,-1e+5]", want: []string{
		`1 (line 1) [] row 1 (line 1, column 3): longer than 4 bytes; raw "12345" of 5`,
		`2 (line 2) [] row 2 (line 2, column 1): longer than 4 bytes; raw "\"a]\\\",[\"" of 8`,
		`3 (line 2) [] row 3 (line 2): at byte 21 of the file: longer than 4 bytes; raw "{\"a\":[{},\n1]}" of 13`,
		`4 (line 3) 1`,
		`5 (line 3) true`,
		`6 (line 3) null`,
		`7 (line 3) [] row 7 (line 3): at byte 48 of the file: longer than 4 bytes; raw "-1e+5" of 5`,
	}},
	{name: "bad-input 59: longer by a bracket", array: JSONArray{MaxRecord: 4}, text: "[[345],1]", want: []string{
		`1 (line 1) [] row 1 (line 1, column 2): longer than 4 bytes; raw "[345]" of 5`,
		`2 (line 1) 1`,
	}},
	{name: "bad-input 59: longer, with what does not blur the end", array: JSONArray{MaxRecord: 9}, text: "[{\"a\":1,\"a\":1},[\"\xe9\",1,2,3],1]", want: []string{
		`1 (line 1) [] row 1 (line 1, column 2): longer than 9 bytes; raw "{\"a\":1,\"a\":1}" of 13`,
		`2 (line 1) [] row 2 (line 1): at byte 16 of the file: longer than 9 bytes; raw "[\"\xe9\",1,2,3]" of 11`,
		`3 (line 1) 1`,
	}},
	{name: "bad-input 59 and 63: longer, and cut off", array: JSONArray{MaxRecord: 4}, text: "[[1,\n2,\n3", want: []string{
		`1 (line 1) [] row 1 (line 1, column 2): longer than 4 bytes; raw "[1,\n2,\n3" of 8`,
		`row 2 (line 3): no end of the array was found`,
	}},
	{name: "bad-input 59: longer, and no comma behind it", array: JSONArray{MaxRecord: 4}, text: "[[1,2]\n1]", want: []string{
		`1 (line 1) [] row 1 (line 1, column 2): longer than 4 bytes; raw "[1,2]" of 5`,
		`2 (line 2) [] row 2 (line 2, column 1): a comma or ] is missing before this; raw "1]" of 2`,
		`row 3 (line 2): no end of the array was found`,
	}},
	{name: "a fault behind what an element may have", array: JSONArray{MaxRecord: 4}, text: "[1,\n{\"a\":\"\n\"}, {\"b\":1}]", want: []string{
		`1 (line 1) 1`,
		`2 (line 2) [] row 2 (line 2, column 7): longer than 4 bytes, and from here on it is open where it ends; raw "{\"a\":\"\n\"}, {\"b\":1}]" of 19`,
		`row 3 (line 3): no end of the array was found`,
	}},
	{name: "a fault that makes an element longer", array: JSONArray{MaxRecord: 9}, text: `[{"a":x", "b":"y"}]`, want: []string{
		`1 (line 1) [] row 1 (line 1, column 7): invalid character 'x' at start of value; raw "{\"a\":x\", \"b\":\"y\"}]" of 18`,
		`row 2 (line 1): no end of the array was found`,
	}},
}

func TestArray(t *testing.T) {
	t.Parallel()
	for _, test := range arrayTests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			checkArray(t, test.array, test.text)
			all, err := readOn(t, test.array, test.text, 100)
			compare(t, showAll(all, err), test.want)
		})
	}
}
