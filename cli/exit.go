package cli

import "github.com/beignet-go/beignet/runner"

// The exit codes, which are the contract with CI. Most follow sysexits.h; 2 is
// never used, for the Go runtime exits with it.
const (
	exitDone        = 0
	exitTask        = 1   // the task failed
	exitCancelled   = 4   // stopped by runs cancel
	exitAudit       = 5   // the audit is not as it was recorded
	exitUsage       = 64  // the command line
	exitData        = 65  // input or data refused
	exitNoInput     = 66  // an input or source file cannot be read
	exitUnavailable = 69  // the database cannot be reached
	exitInternal    = 70  // a bug of the program
	exitIO          = 74  // state, audit or data cannot be written
	exitLocked      = 75  // another run is at it
	exitGate        = 77  // not allowed here
	exitConfig      = 78  // manifest, configuration or state
	exitTimeout     = 124 // as timeout(1)
	exitInterrupted = 130 // as a shell's Ctrl-C
	exitTerminated  = 143 // as a shell's SIGTERM
)

// The codes that are this front end's own.
const (
	codeInterrupted runner.Code = "interrupted"     // Ctrl-C at a prompt
	codeDied        runner.Code = "run-interrupted" // the run that is waited for has nobody at it
	codeStillAtIt   runner.Code = "still-running"   // the run that is waited for goes on
)

// exitCode is the number for an error's code. Nothing else decides one.
func exitCode(code runner.Code) int {
	switch code {
	case runner.CodeUsage, runner.CodeUnknownTask, runner.CodeUnknownRun:
		return exitUsage
	case runner.CodeAudit:
		return exitAudit
	case runner.CodeInput, runner.CodeData, runner.CodeNotResumable:
		return exitData
	case runner.CodeFile:
		return exitNoInput
	case runner.CodeUnavailable:
		return exitUnavailable
	case runner.CodeIO:
		return exitIO
	case runner.CodeLocked, runner.CodeThrottled:
		return exitLocked
	case runner.CodeGate, runner.CodeChanges:
		return exitGate
	case runner.CodeConfig:
		return exitConfig
	case runner.CodeTimeout, codeStillAtIt:
		return exitTimeout
	case runner.CodeCancelled:
		return exitCancelled
	case codeInterrupted, runner.CodeStopped:
		return exitInterrupted
	case runner.CodeTerminated:
		return exitTerminated
	case codeDied, runner.CodeTask, runner.CodePanic, runner.CodeFailures, runner.CodeOutput:
		return exitTask
	default:
		return exitInternal
	}
}

// retryable reports whether the same command may succeed later with nothing
// changed.
func retryable(exit int) bool { return exit == exitUnavailable || exit == exitLocked }
