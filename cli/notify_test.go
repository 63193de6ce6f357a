package cli

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

const someTrace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

// A webhook is told what --json prints of a run, however it ends. Neither where it is
// nor that it could not be told is anybody else's business.
func TestNotify(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		input string
		args  []string
		exit  int
		want  string
	}{
		"succeeded": {`{"rows":6,"dryRun":false}`, nil, 0, `"status":"succeeded","exit":0,`},
		"stopped":   {`{"rows":6,"dryRun":false}`, []string{"--batch-size", "2", "--limit", "2"}, 0, `"status":"stopped","exit":0,"resume":"demo runs resume `},
		"refused":   {`{"row":6}`, nil, 65, ""},
	} {
		for _, answer := range []int{200, 403} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var got []string
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					got = append(got, r.Header.Get("Traceparent")+" "+string(body))
					w.WriteHeader(answer)
				}))
				defer server.Close()
				d := demo{
					args: append([]string{"task", "run", "demo.fill", "--json", "--notify", "HOOK", "--input", test.input}, test.args...),
					env:  map[string]string{"HOOK": server.URL + "/hunter2", "TRACEPARENT": someTrace},
				}
				ran := d.run(t)
				if ran.exit != test.exit || strings.Contains(ran.out+ran.err, "hunter2") {
					t.Fatalf("%+v", ran)
				}
				if warned := strings.Contains(ran.err, "the webhook was not told of the outcome: 127.0.0.1:"); warned != (answer != 200 && test.want != "") {
					t.Errorf("it said %s", ran.err)
				}
				if test.want == "" {
					if len(got) > 0 {
						t.Errorf("told of what never ran: %s", got)
					}
					return
				}
				if len(got) != 1 || !strings.HasPrefix(got[0], someTrace+` {"schemaVersion":1,"task":"demo.fill","run":"`) || !strings.Contains(got[0], test.want) {
					t.Fatalf("it was told %s, want %s", got, test.want)
				}
				var told, printed map[string]any
				err := errors.Join(json.Unmarshal([]byte(got[0][len(someTrace)+1:]), &told), json.Unmarshal([]byte(ran.out), &printed))
				for _, each := range []map[string]any{told, printed} {
					for _, differs := range []string{"durationMs", "run", "resume", "audit", "stages"} { // the ids are scrubbed in what was printed
						delete(each, differs)
					}
				}
				if err != nil || !reflect.DeepEqual(told, printed) {
					t.Errorf("%v: told %v, printed %v", err, told, printed)
				}
			})
		}
	}
	for args, want := range map[string]ended{
		"https://example.org/hunter2": {64, "", "demo: --notify takes the name of a variable, and not a webhook's URL, which is a secret\nhint: put the URL into a variable, and its name here\n"},
		"HOOK":                        {78, "", "demo: the variable HOOK, which is to hold the URL of a webhook, is not set\nhint: set it, or leave --notify out\n"},
		"FTP":                         {78, "", "demo: the variable FTP holds no URL that begins with https:// or http://\nhint: mend it, or leave --notify out\n"},
	} {
		if got := (demo{args: []string{"task", "run", "demo.fill", "--notify", args}, env: map[string]string{"FTP": "ftp://x/hunter2"}}).run(t); got != want {
			t.Errorf("%s: %+v", args, got)
		}
	}
}

// A trace is in the log, and what is none is ignored.
func TestTrace(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		someTrace: "0af7651916cd43dd8448eb211c80319c",
		"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more": "0af7651916cd43dd8448eb211c80319c",
		someTrace + "-more": "",
		"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01": "",
		"00-00000000000000000000000000000000-b7ad6b7169203331-01": "",
		"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01": "",
		"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01": "",
		"hunter2": "",
	} {
		got := demo{
			args: []string{"task", "run", "demo.greet", "--log-format", "json", "--input", `{"name":"log a"}`}, env: map[string]string{"TRACEPARENT": value},
		}.run(t)
		if has := strings.Contains(got.err, `"trace_id":"`+want+`"`); has != (want != "") || strings.Contains(got.err, "trace_id") != (want != "") {
			t.Errorf("%s: %s", value, got.err)
		}
	}
}
