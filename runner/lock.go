package runner

import "github.com/beignet-go/beignet/ports"

// fences are the tokens that this attempt of a run must still hold when a batch
// of it commits. An attempt that another has taken over is told by the rows.
func fences(run ports.Run) []ports.Fence {
	return []ports.Fence{{Key: "run:" + run.ID, Token: int64(run.Attempt)}}
}
