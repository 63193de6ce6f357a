package manifest

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// taskText is an ordinary task, as people write them.
func taskText(feature string, n int) string {
	return fmt.Sprintf(`  - name: %[1]s.backfill-search-%[2]d          # greppable
    description: Backfill the search index, part %[2]d.
    handler: %[1]s.backfill-search
    effect: write
    timeout: 30m
    batch: { size: 1000 }
    onError: stop
    tenant: optional
    input:
      type: object
      properties:
        dryRun: { type: boolean, default: true, description: Report what would change and write nothing. }
        source: { type: string, minLength: 1 }
        limit: { type: integer, minimum: 1, maximum: 1000, default: 20 }
      required: [source]
`, feature, n)
}

// module returns a module of that many tasks, ten in each feature file.
func benchModule(tasks int) fstest.MapFS {
	fsys := fstest.MapFS{"beignet.yaml": {Data: []byte("name: beignet\nfeatures:\n  - features/*/tasks.yaml\n")}}
	for i := 0; i < tasks; i += 10 {
		feature := fmt.Sprintf("f%d", i/10)
		var b strings.Builder
		b.WriteString("feature: " + feature + "\ntasks:\n")
		for n := range 10 {
			b.WriteString(taskText(feature, n))
		}
		fsys["features/"+feature+"/tasks.yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return fsys
}

func BenchmarkLoad(b *testing.B) {
	for _, tasks := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(tasks), func(b *testing.B) {
			fsys := benchModule(tasks)
			for b.Loop() {
				if m, found := Load(fsys, "beignet.yaml"); len(found) > 0 || len(m.tasks) != tasks {
					b.Fatal(found)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(tasks), "µs/task")
		})
	}
}

// BenchmarkParse is the share of goccy in BenchmarkLoad.
func BenchmarkParse(b *testing.B) {
	fsys := benchModule(10)
	src := newSource("f", string(fsys["features/f0/tasks.yaml"].Data))
	for b.Loop() {
		if _, found := parse(src); len(found) > 0 {
			b.Fatal(found)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/10, "µs/task")
}
