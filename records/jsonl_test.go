package records

import "testing"

var linesTests = []struct {
	name  string
	jsonl JSONL
	text  string
	want  []string
}{
	{name: "plain", text: "{\"a\":1}\n{\"a\":2}\n", want: []string{
		`1 (line 1) {"a":1}`,
		`2 (line 2) {"a":2}`,
	}},
	{name: "CRLF, blank lines and no line end at the end", text: "\r\n{\"a\":1}\r\n\n \t\r\n{\"a\":2}\r\n  \n{\"a\":3}", want: []string{
		`1 (line 2) {"a":1}`,
		`2 (line 5) {"a":2}`,
		`3 (line 7) {"a":3}`,
	}},
	{name: "white space is dropped, all else is as it stands", text: " {\"b\" : [ 1.0 , -0, 1e400 , 12345678901234567890 ] ,\t\"a\":\"\\u0041\\/ \\\" \"} \n", want: []string{
		`1 (line 1) {"b":[1.0,-0,1e400,12345678901234567890],"a":"\u0041\/ \" "}`,
	}},
	{name: "any value", text: "null\n[]\n\"x\"\n1\nfalse\n", want: []string{
		`1 (line 1) null`, `2 (line 2) []`, `3 (line 3) "x"`, `4 (line 4) 1`, `5 (line 5) false`,
	}},
	{name: "bad-input 42: a duplicate name", text: "{\"a\":1,\"\\u0061\":2}\n{\"a\":{\"b\":1,\"b\":1}}\n{}\n", want: []string{
		`1 (line 1) [] row 1 (line 1, column 8): the name "a" stands twice in its object; raw "{\"a\":1,\"\\u0061\":2}\n" of 19`,
		`2 (line 2) [] row 2 (line 2, column 13): the name "b" stands twice in its object; raw "{\"a\":{\"b\":1,\"b\":1}}\n" of 20`,
		`3 (line 3) {}`,
	}},
	{name: "bad-input 44: text after the value", text: "{} x\n{}{}\n{},\n1 2\n{}\n", want: []string{
		`1 (line 1) [] row 1 (line 1, column 4): text after the value; raw "{} x\n" of 5`,
		`2 (line 2) [] row 2 (line 2, column 3): text after the value; raw "{}{}\n" of 5`,
		`3 (line 3) [] row 3 (line 3, column 3): text after the value; raw "{},\n" of 4`,
		`4 (line 4) [] row 4 (line 4, column 3): text after the value; raw "1 2\n" of 4`,
		`5 (line 5) {}`,
	}},
	{name: "bad-input 48: a byte that is not UTF-8", text: "{\"a\":\"caf\xe9\"}\n{\"\xff\":1}\n\xe9\n\"\\ud800\"\n{}\n", want: []string{
		`1 (line 1) [] row 1 (line 1, column 10): byte 0xE9 is not UTF-8; if the file is Latin-1, convert it: iconv -f LATIN1 -t UTF-8; raw "{\"a\":\"caf\xe9\"}\n" of 13`,
		`2 (line 2) [] row 2 (line 2, column 3): byte 0xFF is not UTF-8; if the file is Latin-1, convert it: iconv -f LATIN1 -t UTF-8; raw "{\"\xff\":1}\n" of 8`,
		`3 (line 3) [] row 3 (line 3, column 1): byte 0xE9 is not UTF-8; if the file is Latin-1, convert it: iconv -f LATIN1 -t UTF-8; raw "\xe9\n" of 2`,
		"4 (line 4) [] row 4 (line 4, column 2): invalid surrogate pair `\\ud800\"` in string; raw \"\\\"\\\\ud800\\\"\\n\" of 9",
		`5 (line 5) {}`,
	}},
	{name: "bad-input 55: a BOM", text: "\ufeff{\"a\":1}\n{\"a\":2}\n", want: []string{
		`1 (line 1) {"a":1}`,
		`2 (line 2) {"a":2}`,
	}},
	{name: "bad-input 60: NUL", text: "\"\\u0000\"\n\"\x00\"\n{}\x00\n{}\n", want: []string{
		`1 (line 1) "\u0000"`,
		`2 (line 2) [] row 2 (line 2, column 2): invalid character '\x00' in string (expecting non-control character); raw "\"\x00\"\n" of 4`,
		`3 (line 3) [] row 3 (line 3, column 3): text after the value; raw "{}\x00\n" of 4`,
		`4 (line 4) {}`,
	}},
	{name: "bad-input 63: a last line that is cut off", text: "{\"a\":1}\n{\"a\":\"x", want: []string{
		`1 (line 1) {"a":1}`,
		`2 (line 2) [] row 2 (line 2, column 8): the value is cut off here; raw "{\"a\":\"x" of 7`,
	}},
	{name: "an object over many lines", text: "{\n\"a\":1\n}\n", want: []string{
		`1 (line 1) [] row 1 (line 1, column 2): the value is cut off at the end of the line; is an object written over several lines? records are wanted one a line, or in an array; raw "{\n" of 2`,
		`2 (line 2) [] row 2 (line 2, column 4): text after the value; raw "\"a\":1\n" of 6`,
		`3 (line 3) [] row 3 (line 3, column 1): invalid character '}' at start of value; raw "}\n" of 2`,
	}},
	{name: "an object over many lines, whose first one has a member", text: " {\"a\":1,\r\n\"b\":{\n", want: []string{
		`1 (line 1) [] row 1 (line 1, column 9): the value is cut off at the end of the line; is an object written over several lines? records are wanted one a line, or in an array; raw " {\"a\":1,\r\n" of 10`,
		`2 (line 2) [] row 2 (line 2, column 4): text after the value; raw "\"b\":{\n" of 6`,
	}},
	{name: "lines that are cut off otherwise", text: "[\n{\n", want: []string{
		`1 (line 1) [] row 1 (line 1, column 2): the value is cut off here; raw "[\n" of 2`,
		`2 (line 2) [] row 2 (line 2, column 2): the value is cut off here; raw "{\n" of 2`,
	}},
	{name: "bad-input 63: an only line that is cut off", text: "{\"a\":\r", want: []string{
		`1 (line 1) [] row 1 (line 1, column 6): the value is cut off here; raw "{\"a\":\r" of 6`,
	}},
	{name: "as long as may be, and longer", jsonl: JSONL{MaxRecord: 4}, text: "1234\r\n12345\n1234\n 1234\n      \n12\r3\n1234567\n1234\r", want: []string{
		`1 (line 1) 1234`,
		`2 (line 2) [] row 2 (line 2): longer than 4 bytes; raw "12345\n" of 6`,
		`3 (line 3) 1234`,
		`4 (line 4) [] row 4 (line 4): longer than 4 bytes; raw " 1234\n" of 6`,
		`5 (line 5) [] row 5 (line 5): longer than 4 bytes; raw "      \n" of 7`,
		`6 (line 6) [] row 6 (line 6, column 4): text after the value; raw "12\r3\n" of 5`,
		`7 (line 7) [] row 7 (line 7): longer than 4 bytes; raw "1234567\n" of 8`,
		`8 (line 8) 1234`,
	}},
}

func TestLines(t *testing.T) {
	t.Parallel()
	for _, test := range linesTests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			checkLines(t, test.jsonl, test.text)
			compare(t, showAll(readAll(t, test.jsonl, test.text, 100), nil), test.want)
		})
	}
}
