package runner

import (
	"context"
	"errors"

	"github.com/beignet-go/beignet/ports"
)

// Count tells how many items a plan goes over, for a last look before it starts.
// It opens the app as a dry run would and leaves nothing on record. Known is false
// for a task that does not count, and where there is no state or no database yet:
// neither is brought up for it.
func (r *Runner) Count(ctx context.Context, p *Plan) (n int64, known bool, err error) {
	src := p.task.handler.batches
	if src == nil || src.opts().count == nil {
		return 0, false, nil
	}
	x := r.execution(p)
	if err := x.openState(ctx, toLook); errors.Is(err, ports.ErrNotFound) {
		return 0, false, nil
	} else if err != nil {
		return 0, false, err
	}
	defer x.closeState()
	x.run = p.run()
	opened, err := x.openToRead(ctx)
	if errors.Is(err, ports.ErrNotFound) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, explain("count", err)
	}
	defer opened.close(ctx)
	n, err = recovered(func() (int64, error) { return src.opts().count(ctx, opened.App, p.input) })
	return n, err == nil, explain("count", err)
}
