package webhook

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Post is tried again while that may help, and says nothing of its address but the
// host.
func TestPost(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers []int
		tried   int
		err     string // what it ends with; "": none
	}{
		"taken":          {[]int{200}, 1, ""},
		"no content":     {[]int{204}, 1, ""},
		"busy, then not": {[]int{429, 503, 202}, 3, ""},
		"broken":         {[]int{500, 500, 500, 200}, 3, ": it answers 500 Internal Server Error"},
		"refused":        {[]int{403, 200}, 1, ": it answers 403 Forbidden"},
		"hangs":          {[]int{0, 0, 200}, 3, ""},
		"sent elsewhere": {[]int{302, 200}, 1, ": it answers 302 Found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex // a try that was given up may still be read
			var got []string
			done := make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				mu.Lock()
				got = append(got, r.Method+" "+r.URL.String()+" "+r.Header.Get("Content-Type")+" "+r.Header.Get("Traceparent")+" "+string(body))
				code := test.answers[len(got)-1]
				mu.Unlock()
				w.Header().Set("Location", "/elsewhere")
				if code > 0 {
					w.WriteHeader(code)
					return
				}
				<-done
			}))
			defer server.Close()
			defer close(done)
			err := Post(t.Context(), server.URL+"/hook?key=hunter2", []byte(`{"a":1}`), Options{Traceparent: "00-1-2-01", Within: 200 * time.Millisecond, Wait: time.Millisecond})
			mu.Lock()
			defer mu.Unlock()
			if len(got) != test.tried {
				t.Errorf("tried %d times, want %d", len(got), test.tried)
			}
			for _, request := range got {
				if request != `POST /hook?key=hunter2 application/json 00-1-2-01 {"a":1}` {
					t.Errorf("it was sent %s", request)
				}
			}
			if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.HasSuffix(err.Error(), test.err) || strings.Contains(err.Error(), "hunter2")) {
				t.Errorf("%v, want %q", err, test.err)
			}
		})
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, address := range []string{gone.URL + "/hunter2", "hunter2", "ftp://h/hunter2", "https:///hunter2", "http://h:hunter2/"} {
		if err := Post(t.Context(), address, nil, Options{Within: time.Second, Wait: time.Millisecond}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
