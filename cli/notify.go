package cli

import (
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/beignet-go/beignet/internal/webhook"
	"github.com/beignet-go/beignet/runner"
)

// addNotify adds the flag that names where the address of a webhook is: in it is what
// lets others write there, so that it does not stand on a command line.
func addNotify(flags *flagSet, variable *string) {
	flags.add(0, "notify", "VARIABLE", "The variable with the URL of a webhook, which is told the run's outcome.", text(variable))
}

// webhook returns the URL that a variable has; "" where none was asked for.
func (c *call) webhook(variable string) (string, error) {
	switch {
	case variable == "":
		return "", nil
	case strings.ContainsAny(variable, ":/ "):
		return "", usageError("--notify takes the name of a variable, and not a webhook's URL, which is a secret", "put the URL into a variable, and its name here")
	}
	address := c.env.getenv(variable)
	if address == "" {
		return "", &runner.Error{
			Code: runner.CodeConfig, Message: "the variable " + variable + ", which is to hold the URL of a webhook, is not set", Hint: "set it, or leave --notify out",
		}
	}
	if !webhook.Is(address) {
		return "", &runner.Error{
			Code: runner.CodeConfig, Message: "the variable " + variable + " holds no URL that begins with https:// or http://", Hint: "mend it, or leave --notify out",
		}
	}
	return address, nil
}

// notifyWithin bounds how long a webhook keeps a call that has printed its result.
const notifyWithin = 10 * time.Second

// notify tells a webhook how the attempt has ended, once its result is printed. That it
// cannot be told is a warning: the outcome stands, also where a signal ends the telling.
func (a *attempt) notify(result runResult) {
	if a.hook == "" || !a.ran {
		return
	}
	a.last = func() {
		ctx, cancel := context.WithTimeout(context.Background(), notifyWithin)
		defer cancel()
		ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
		body, err := json.Marshal(result)
		if err == nil {
			err = webhook.Post(ctx, a.hook, body, webhook.Options{Traceparent: a.env.trace})
		}
		if err != nil {
			a.warn("the webhook was not told of the outcome: " + err.Error())
		}
	}
}
