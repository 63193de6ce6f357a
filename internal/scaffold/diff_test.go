package scaffold

import "testing"

func TestDiff(t *testing.T) {
	t.Parallel()
	p := Plan{Changes: []Change{
		{Path: "a", Before: []byte("1\n2\n3\n4\n5\n6\n7\n8\n9\n"), After: []byte("1\n2\n3\n4\nx\n5\n6\n7\n8\n9\ny\n")},
		{Path: "b", Before: []byte("1\n2\n3\n4\n5\n6\n7\n8\n9\n"), After: []byte("x\n1\n2\n3\n4\n5\n6\n7\n8\n9\ny\n")},
		{Path: "c", After: []byte("1\n2\n")},
		{Path: "d", Before: []byte("l: [a]\nm"), After: []byte("l: [a, b]\nm\nn")},
		{Path: "e", Before: []byte("1\n"), After: []byte("1\n1\n")},
	}}
	same(t, "diff", p.Diff(), `--- a/a
+++ b/a
@@ -2,8 +2,10 @@
 2
 3
 4
+x
 5
 6
 7
 8
 9
+y
--- a/b
+++ b/b
@@ -1,3 +1,4 @@
+x
 1
 2
 3
@@ -7,3 +8,4 @@
 7
 8
 9
+y
--- /dev/null
+++ b/c
@@ -0,0 +1,2 @@
+1
+2
--- a/d
+++ b/d
@@ -1,2 +1,3 @@
-l: [a]
-m
\ No newline at end of file
+l: [a, b]
+m
+n
\ No newline at end of file
--- a/e
+++ b/e
@@ -1,1 +1,2 @@
 1
+1
`)
}
