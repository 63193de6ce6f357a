//go:build !unix

package main

import "errors"

// limitFiles bounds what this process may write to one file; "" sets nothing.
func limitFiles(bytes string) error {
	if bytes == "" {
		return nil
	}
	return errors.ErrUnsupported
}
