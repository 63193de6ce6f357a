package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const maxLinks = 40 // symbolic links on the way to one file, as in Linux

var errOutside = errors.New("it leads out of the folder of the manifest")

// match returns the files that a path or glob names within folder, sorted. An error
// is for the author of the pattern.
func match(fsys fs.FS, folder, pattern string) ([]string, error) {
	pattern = strings.TrimPrefix(pattern, "./")
	if !fs.ValidPath(pattern) {
		return nil, errOutside
	}
	names, err := fs.Glob(fsys, path.Join(escape(folder), pattern))
	if err != nil {
		return nil, fmt.Errorf("it is not a glob: %w", err)
	}
	slices.Sort(names)
	return names, nil
}

// escape makes a folder's name stand for itself within a glob.
func escape(folder string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(folder)
}

// follow returns the file that name leads to through symbolic links, or errOutside
// where one of them leaves folder. A file system that cannot tell links apart
// (fs.ReadLinkFS) has none.
func follow(fsys fs.FS, folder, name string) (string, error) {
	at := folder
	rest := strings.Split(strings.TrimPrefix(name, folder+"/"), "/")
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		if part == "." || part == "" {
			continue
		}
		if part == ".." {
			if at == folder {
				return "", errOutside
			}
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, part)
		info, err := fs.Lstat(fsys, next)
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		target, err := fs.ReadLink(fsys, next)
		if err != nil {
			return "", err
		}
		if filepath.IsAbs(target) || path.IsAbs(target) {
			return "", errOutside
		}
		if links++; links > maxLinks {
			return "", errors.New("too many symbolic links")
		}
		rest = append(strings.Split(filepath.ToSlash(target), "/"), rest...)
	}
	return at, nil
}

// read returns a file's bytes, at most one more than maxSize. What is not a regular
// file is not opened: a FIFO would never return.
func read(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxSize+1))
}

// cause is an error of the file system without the operation and the path, which
// the message around it names.
func cause(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "no such file"
	}
	var wrapped *fs.PathError
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return err.Error()
}
