package manifest

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"sync"
)

// Load reads the manifest called name, such as beignet.yaml, and the feature files
// it names, all of fsys. It returns both whatever happens: what could be read, and
// every problem of every file, sorted. A manifest with problems may be listed and
// should not be run.
func Load(fsys fs.FS, name string) (*Manifest, Diagnostics) {
	l := loader{fsys: fsys, shapes: newShapes()}
	var top module
	src, found := l.file(reference{name: name, at: Position{File: name}}, &top)
	m := &Manifest{
		Name:         top.Name,
		File:         name,
		Environments: top.Environments,
		tasks:        map[string]*Task{},
		sources:      map[string]*source{name: src},
	}
	files, problems := l.featureFiles(src, top)
	found = append(found, problems...)
	m.Features = make([]Feature, len(files))
	for _, part := range l.features(files, m.Features) {
		m.sources[part.src.file] = part.src
		found = append(found, part.found...)
	}
	for i := range m.Features {
		found = append(found, m.complete(&m.Features[i])...)
	}
	m.Features = slices.DeleteFunc(m.Features, func(f Feature) bool { return f.Name == "" && len(f.Tasks) == 0 })
	found = append(found, m.index()...)
	return m, found.Sorted()
}

type loader struct {
	fsys   fs.FS
	shapes shapes
}

// reference is a file to read, and where it is named.
type reference struct {
	name string
	from *source // nil: by the caller of Load
	at   Position
}

// featureFiles returns the files that features names, each once and in its order.
func (l *loader) featureFiles(src *source, top module) ([]reference, Diagnostics) {
	var files []reference
	var found Diagnostics
	folder := path.Dir(src.file)
	seen := map[string]bool{}
	for i, pattern := range top.Features {
		at := top.FeaturesAt[i]
		report := func(code, message, hint string) {
			found = append(found, src.diagnostic(at, code, message, hint))
		}
		names, err := match(l.fsys, folder, pattern)
		switch {
		case errors.Is(err, errOutside):
			report(CodeOutsideModule, pattern+" is not a path within the folder of "+src.file, "write a relative path without ..")
		case err != nil:
			report(CodeInvalidValue, pattern+" is not a path or a glob", "")
		case len(names) == 0:
			report(CodeNoMatch, "no file matches "+pattern, "")
		}
		for _, name := range names {
			target, err := follow(l.fsys, folder, name)
			switch {
			case errors.Is(err, errOutside):
				report(CodeOutsideModule, name+" is a link that leads out of the folder of "+src.file, "copy the file")
			case err != nil:
				report(CodeUnreadable, "cannot read "+name+": "+cause(err), "")
			case !seen[target]:
				seen[target] = true
				files = append(files, reference{target, src, at})
			}
		}
	}
	return files, found
}

// part is what reading one file gave beside its data.
type part struct {
	src   *source
	found Diagnostics
}

// features decodes each file into its place of into. Two files are read at a time:
// parsing is what a start mostly waits for.
func (l *loader) features(files []reference, into []Feature) []part {
	parts := make([]part, len(files))
	decode := func(first int) {
		for i := first; i < len(files); i += 2 {
			into[i].File = files[i].name
			parts[i].src, parts[i].found = l.file(files[i], &into[i])
		}
	}
	var second sync.WaitGroup
	if len(files) > 1 {
		second.Go(func() { decode(1) })
	}
	decode(0)
	second.Wait()
	return parts
}

// file reads and decodes one file.
func (l *loader) file(r reference, into any) (*source, Diagnostics) {
	data, err := read(l.fsys, r.name)
	if err != nil {
		return newSource(r.name, ""), Diagnostics{r.from.diagnostic(r.at, CodeUnreadable, "cannot read "+r.name+": "+cause(err), "")}
	}
	if len(data) > maxSize {
		src := newSource(r.name, "")
		return src, Diagnostics{src.diagnostic(Position{File: r.name}, CodeTooLarge, "over "+strconv.Itoa(maxSize)+" bytes", "split the file")}
	}
	src := newSource(r.name, normalize(data))
	doc, found := parse(src)
	if len(found) > 0 {
		return src, found
	}
	d := decoder{src: src, shapes: l.shapes, targets: doc.targets}
	d.decode(doc.root, into)
	return src, d.found
}
