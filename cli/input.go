package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/runner"
)

// readInput returns the text that --input stands for: JSON as it is, @FILE or -
// for standard input; nil where none is given. One byte more than the runner takes
// is enough for it to refuse.
func (c *call) readInput(given *string) ([]byte, error) {
	switch {
	case given == nil:
		return nil, nil
	case *given == "-":
		return c.readStdin()
	case strings.HasPrefix(*given, "@"):
		return c.readInputFile((*given)[1:])
	}
	if !strings.HasPrefix(*given, "{") && c.isFile(*given) {
		return nil, usageError("--input "+*given+" is the name of a file, and not JSON", "write --input @"+*given)
	}
	return []byte(*given), nil
}

func (c *call) isFile(name string) bool {
	info, err := os.Stat(c.abs(name))
	return err == nil && info.Mode().IsRegular()
}

func (c *call) readStdin() ([]byte, error) {
	if term.IsTerminal(c.std.In) {
		return nil, usageError("--input - reads standard input, which is a terminal", "pipe a file into it, or write --input @FILE")
	}
	input, err := io.ReadAll(io.LimitReader(c.std.In, runner.MaxInput+1))
	if err != nil {
		return nil, unreadable("standard input", err)
	}
	return input, nil
}

// readInputFile opens nothing but a regular file: a pipe might never end.
func (c *call) readInputFile(name string) ([]byte, error) {
	path := c.abs(name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, unreadable(name, errors.New("not a regular file"))
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer file.Close()
	input, err := io.ReadAll(io.LimitReader(file, runner.MaxInput+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	return input, nil
}

// maxSecret is more than any key or certificate has.
const maxSecret = 1 << 20

// readSecretFile opens a pipe too, such as a shell makes of <(pass show db).
func (c *call) readSecretFile(name string) ([]byte, error) {
	file, err := os.Open(c.abs(name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	secret, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err == nil && len(secret) > maxSecret {
		err = errors.New("over 1 MiB")
	}
	return secret, err
}

// cause is an error of the file system without the operation and the path.
func cause(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return err.Error()
}

func unreadable(name string, err error) error {
	return &runner.Error{
		Code: runner.CodeFile, Message: fmt.Sprintf("cannot read the input: %s: %s", name, cause(err)),
		Hint: "see that the file is there and can be read",
	}
}
