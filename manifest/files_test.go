package manifest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func loaded(m *Manifest) []string {
	var names []string
	for _, f := range m.Features {
		names = append(names, f.File)
	}
	return names
}

func TestFeatures(t *testing.T) {
	t.Parallel()
	feature := func(name string) string { return "feature: " + name + "\n" }
	for _, test := range []struct {
		features, want string
		found          string
	}{
		{"[f/b.yaml, f/a.yaml]", "f/b.yaml f/a.yaml", ""},
		{"[./f/*.yaml, f/a.yaml, 'f/[b]*']", "f/a.yaml f/b.yaml", ""},
		{"[]", "", ""},
		{"[f/c*]", "", "2:12 no-match: no file matches f/c*\n"},
		{"[f]", "", "2:12 unreadable: cannot read f: not a regular file\n"},
		{"['f/[']", "", "2:12 invalid-value: f/[ is not a path or a glob\n"},
		{"f/*.yaml", "f/a.yaml f/b.yaml", ""},
		{"[1, f/a.yaml]", "f/a.yaml", "2:12 wrong-type: an item of features must be a string, not a number; quote it: \"1\"\n"},
	} {
		m, found := Load(files("beignet.yaml", "name: app\nfeatures: "+test.features+"\n", "f/a.yaml", feature("a"), "f/b.yaml", feature("b")), "beignet.yaml")
		same(t, test.features, headlines(found), test.found)
		same(t, test.features, strings.Join(loaded(m), " "), test.want)
	}
	m, found := Load(files("a[*]/m.yaml", "name: app\nfeatures: ['*/f.yaml']\n", "a[*]/b/f.yaml", feature("a"), "ab/b/f.yaml", feature("b")), "a[*]/m.yaml")
	same(t, "a folder that looks like a glob", headlines(found), "")
	same(t, "a folder that looks like a glob", loaded(m), []string{"a[*]/b/f.yaml"})
}

// bad-input 36: a path that leaves the module's folder.
func TestBadInput36Path(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"../f.yaml", "/f.yaml", "sub/../../f.yaml", "a/../f.yaml", "..", "a//f.yaml", "*/../../f.yaml"} {
		m, found := Load(files("sub/beignet.yaml", "name: app\nfeatures: ['"+path+"']\n", "f.yaml", "feature: f\n", "sub/f.yaml", "feature: f\n"), "sub/beignet.yaml")
		same(t, path, headlines(found), "2:12 outside-module: "+path+" is not a path within the folder of sub/beignet.yaml; write a relative path without ..\n")
		same(t, path, loaded(m), []string(nil))
	}
}

// bad-input 36: a symbolic link that leads out of it, at the end or on the way.
func TestBadInput36Link(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, text := range map[string]string{
		"secret/f.yaml":    "feature: secret\n",
		"app/beignet.yaml": "name: app\nfeatures: ['f/*.yaml', 'way*/f.yaml']\n",
		"app/real/a.yaml":  "feature: a\n",
		"app/real/f.yaml":  "feature: f\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "app/f"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{
		"app/f/absolute.yaml": filepath.Join(root, "secret/f.yaml"),
		"app/f/again.yaml":    "inside.yaml",
		"app/f/inside.yaml":   "../real/a.yaml",
		"app/f/loop.yaml":     "loop.yaml",
		"app/f/relative.yaml": "../../secret/f.yaml",
		"app/f/twice.yaml":    "../way-out/f.yaml",
		"app/way-in":          "./real",
		"app/way-out":         "../secret",
	} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Skip(err)
		}
	}
	m, found := Load(os.DirFS(root), "app/beignet.yaml")
	same(t, "report", headlines(found), strings.ReplaceAll(`2:12 outside-module: app/f/absolute.yaml OUT
2:12 outside-module: app/f/relative.yaml OUT
2:12 outside-module: app/f/twice.yaml OUT
2:12 unreadable: cannot read app/f/loop.yaml: too many symbolic links
2:24 outside-module: app/way-out/f.yaml OUT
`, "OUT", "is a link that leads out of the folder of app/beignet.yaml; copy the file"))
	same(t, "files, each once", loaded(m), []string{"app/real/a.yaml", "app/real/f.yaml"})
}

// slow fails the test when a file is opened that must not be: a FIFO would never
// return.
type slow struct {
	fstest.MapFS
	t *testing.T
}

func (s slow) Open(name string) (fs.File, error) {
	if name == "fifo" {
		s.t.Error("a FIFO was opened")
	}
	return s.MapFS.Open(name)
}

func (s slow) Stat(name string) (fs.FileInfo, error) { return s.MapFS.Stat(name) }

func TestNotAFile(t *testing.T) {
	t.Parallel()
	fsys := files("beignet.yaml", "name: app\nfeatures: [fifo]\n")
	fsys["fifo"] = &fstest.MapFile{Mode: fs.ModeNamedPipe | 0o600}
	_, found := Load(slow{fsys, t}, "beignet.yaml")
	same(t, "report", headlines(found), "2:12 unreadable: cannot read fifo: not a regular file\n")
}
