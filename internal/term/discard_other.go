//go:build !linux && !darwin

package term

// discard does nothing where there is no way to.
func discard(int) {}
