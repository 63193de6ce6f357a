package term

import "os"

// endings are the signals that end a process which does not expect them.
var endings = []os.Signal{os.Interrupt}
