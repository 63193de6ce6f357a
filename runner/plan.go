package runner

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

// defaultBatchSize is how many items a batch has where neither the manifest nor
// the caller says.
const defaultBatchSize = 1000

// Plan is everything decided before a port is opened. Planning the same request
// again gives the same plan. It alone holds an input's secrets.
type Plan struct {
	Task        string
	Environment string
	Delivery    ports.Delivery
	DryRun      bool
	Limits      ports.Limits
	Redacted    []byte   // canonical input without its secrets
	InputHash   string   // of Redacted, so that secrets stay out of it
	TaskHash    string   // of what must be the same at resume
	LockKeys    []string // what the task works on, beside the run's own key; sorted

	task    *task
	input   []byte   // canonical
	secrets secrets  // of the input
	descent *descent // of a run over another's failed items; nil: it is not
	request Request
	rules   manifest.Environment // of the request's target
	stages  []ports.Stage
}

// Plan decides everything about a run that needs no port: it finds and proves
// the task, resolves the input, and settles limits and hashes. Its error is an
// *Error; a caller that does not go on to Run notes it by AuditRefusal.
func (r *Runner) Plan(req Request) (*Plan, error) {
	began := r.opts.Now()
	req.Target.Environment = cmp.Or(req.Target.Environment, manifest.Local)
	if err := r.known(req.Target); err != nil {
		return nil, err
	}
	found, err := r.find(req.Task)
	if err != nil {
		return nil, err
	}
	t, err := r.prove(found)
	if err != nil {
		return nil, err
	}
	proved := r.opts.Now()
	input, refused := t.resolve(req.Input)
	if refused != nil {
		return nil, t.mask(req.Input).refusal(refused)
	}
	rules := r.rules(req.Target)
	limits, err := t.limits(req.Limits, rules)
	if err != nil {
		return nil, err
	}
	p := &Plan{
		Task: t.Name, Environment: req.Target.Environment, Delivery: t.handler.delivery(), Limits: limits,
		DryRun: t.dryRun && wantsDryRun(input), TaskHash: t.hash(),
		task: t, input: input, request: req, rules: rules, secrets: t.mask(input),
	}
	p.Redacted = p.secrets.Input(t.input.Redact(input)) // another field may have the same value
	p.InputHash = hash(p.Redacted)
	if p.LockKeys, err = t.lockKeys(input, p.DryRun); err != nil {
		return nil, p.secrets.error(asError(explain("lock", err)))
	}
	if slices.ContainsFunc(p.LockKeys, p.secrets.Holds) {
		return nil, t.refuse(Violation{Keyword: "lock", Message: "makes a lock that holds a secret: another field has its value"})
	}
	p.stages = spend(slices.Clone(req.Spent), "schema", proved.Sub(began))
	p.stages = spend(p.stages, "input", r.opts.Now().Sub(proved))
	return p, nil
}

// spend adds time to a stage, of which the front end may have done a part.
func spend(stages []ports.Stage, name string, d time.Duration) []ports.Stage {
	for i := range stages {
		if stages[i].Name == name {
			stages[i].Duration += d
			return stages
		}
	}
	return append(stages, ports.Stage{Name: name, Duration: d})
}

// limits joins the manifest's bounds with the caller's.
func (t *task) limits(asked Limits, rules manifest.Environment) (ports.Limits, error) {
	if asked.BatchSize < 0 || asked.Items < 0 || asked.Timeout < 0 || asked.Rate != nil && *asked.Rate < 0 {
		return ports.Limits{}, &Error{Code: CodeUsage, Message: "a batch size, a limit and a timeout are above 0, and a rate is not below it", Hint: "leave them out for the task's own"}
	}
	if t.handler.batches == nil && (asked.BatchSize != 0 || asked.Items != 0 || asked.OnError != "" || asked.MaxFailures != nil || asked.PreviewAll || asked.Rate != nil) {
		return ports.Limits{}, &Error{
			Code:    CodeUsage,
			Message: t.Name + " is a one-shot: --batch-size, --limit, --rate, --on-error, --max-failures and --preview are for tasks with batches",
			Hint:    "leave them out",
		}
	}
	l := ports.Limits{
		BatchSize:  cmp.Or(asked.BatchSize, t.Batch.Size, defaultBatchSize),
		Items:      asked.Items,
		Skip:       cmp.Or(asked.OnError, t.OnError) == manifest.OnErrorSkip,
		Timeout:    tighter(t.Timeout, asked.Timeout),
		PreviewAll: asked.PreviewAll,
		Rate:       int64(t.Throttle.Rate),

		AcceptChanges: asked.AcceptChanges,
	}
	if err := t.boundChanges(&l, rules); err != nil {
		return l, err
	}
	if asked.Rate != nil {
		l.Rate = *asked.Rate
	}
	if t.handler.batches == nil {
		l.BatchSize = 0
	}
	if !l.Skip {
		if asked.MaxFailures != nil {
			return ports.Limits{}, &Error{Code: CodeUsage, Message: "--max-failures needs --on-error skip", Hint: "add --on-error skip"}
		}
		return l, nil
	}
	most := cmp.Or(asked.MaxFailures, t.MaxFailures)
	if most == nil {
		return ports.Limits{}, &Error{Code: CodeUsage, Message: "--on-error skip needs --max-failures", Hint: "add --max-failures N"}
	}
	l.MaxFailures, l.MaxShare = most.Count, most.Share
	return l, nil
}

// tighter is the shorter of two timeouts, where 0 is none.
func tighter(manifest, asked time.Duration) time.Duration {
	if manifest == 0 || asked != 0 && asked < manifest {
		return asked
	}
	return manifest
}

func wantsDryRun(input []byte) bool {
	var in struct {
		DryRun bool `json:"dryRun"`
	}
	return jsonv2.Unmarshal(input, &in) == nil && in.DryRun
}

// hashed are the parts of a task's hash: what a resumed run must find unchanged.
var hashed = [...]string{"handler", "input schema", "lock"}

// hash is a hash for each part, so that it can be said which has changed.
func (t *task) hash() string {
	parts := [len(hashed)]string{t.Handler, string(t.input.JSON()), strings.Join(t.Lock, "\n")}
	for i, part := range parts {
		parts[i] = hash([]byte(part))[:16]
	}
	return strings.Join(parts[:], ".")
}

// changedParts names the parts in which two hashes of a task differ.
func changedParts(then, now string) string {
	before, after := strings.Split(then, "."), strings.Split(now, ".")
	var changed []string
	for i, name := range hashed {
		if len(before) != len(hashed) || before[i] != after[i] {
			changed = append(changed, name)
		}
	}
	return strings.Join(changed, " and ")
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
