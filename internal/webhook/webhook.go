// Package webhook tells a URL, which is a secret, what has happened.
package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Options are what a Post can do otherwise. The zero value works.
type Options struct {
	Traceparent string        // the header of W3C Trace Context; "": none is sent
	Within      time.Duration // how long one try may take; 0: five seconds
	Wait        time.Duration // before the second try, and twice that before the third; 0: one second
}

// tries are how often a Post is tried in all.
const tries = 3

// Is reports whether an address is one that a Post can be sent to.
func Is(address string) bool {
	to, err := url.Parse(address)
	return err == nil && to.Host != "" && (to.Scheme == "https" || to.Scheme == "http")
}

// Post sends body, which is JSON, to address. A server that cannot be reached, is busy or
// broken is tried three times in all. The error names the host and nothing else of the
// address, in whose path or query webhooks keep their password.
func Post(ctx context.Context, address string, body []byte, o Options) error {
	if !Is(address) {
		return errors.New("what is to be notified is not at an address that begins with https:// or http://")
	}
	to, err := url.Parse(address)
	if err != nil {
		return errors.New("the address cannot be used")
	}
	if o.Within == 0 {
		o.Within = 5 * time.Second
	}
	if o.Wait == 0 {
		o.Wait = time.Second
	}
	client := &http.Client{
		Timeout: o.Within,
		// Who followed would take the address to another host, and its answer for this one's.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for n := 1; ; n++ {
		again, err := post(ctx, client, address, body, o.Traceparent)
		switch {
		case err == nil:
			return nil
		case !again || n == tries:
			return fmt.Errorf("%s: %w", to.Host, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", to.Host, err)
		case <-time.After(time.Duration(n) * o.Wait):
		}
	}
}

// post is one try, and reports whether another may do.
func post(ctx context.Context, client *http.Client, address string, body []byte, traceparent string) (again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return false, errors.New("the address cannot be used")
	}
	req.Header.Set("Content-Type", "application/json")
	if traceparent != "" {
		req.Header.Set("Traceparent", traceparent)
	}
	answer, err := client.Do(req)
	if err != nil {
		var of *url.Error // which has the whole address in its text
		if errors.As(err, &of) {
			err = of.Err
		}
		return true, err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16)) // so that the connection ends well
	if answer.StatusCode/100 == 2 {
		return false, nil
	}
	return answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode >= 500, errors.New("it answers " + answer.Status)
}
