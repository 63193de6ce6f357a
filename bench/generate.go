package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// generate writes the same rows twice: as a Jira export, and in the columns of
// the issues table. It returns the export's size in bytes.
func generate(export, table string, rows int) (size int64, err error) {
	e, err := newCSV(export, "Project key", "Issue key", "Summary", "Status", "Priority", "Labels", "Reporter", "Created", "Updated", "Resolved", "Description")
	if err != nil {
		return 0, err
	}
	t, err := newCSV(table, "id", "source", "key", "indexed", "title", "state", "labels", "author", "url", "created_at", "updated_at", "closed_at", "extra", "body")
	if err != nil {
		return 0, errors.Join(err, e.close())
	}
	for i := range rows {
		g := newIssue(i)
		e.write("BENCH", g.key, g.title, g.state, "Major", "one,two", g.author, jiraTime(g.created), jiraTime(g.updated), "", g.body)
		t.write(fmt.Sprint(i+1), "BENCH", g.key, "0", g.title, g.state, `["one","two"]`, g.author, "",
			g.created.Format(time.RFC3339Nano), g.updated.Format(time.RFC3339Nano), "", `{"Priority":"Major"}`, g.body)
	}
	if err := errors.Join(e.close(), t.close()); err != nil {
		return 0, err
	}
	info, err := os.Stat(export)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

type generated struct {
	key, title, state, author, body string
	created, updated                time.Time
}

// newIssue is the same issue for the same i: prose with line breaks, quotes and
// some characters beyond ASCII, about 500 bytes in all.
func newIssue(i int) generated {
	words := []string{"crash", "when", "the", "editor", "opens", "a", "\"large\"", "file", "über", "slow", "disk,", "崩溃", "and", "never", "returns"}
	var body strings.Builder
	for n := 0; body.Len() < 380; n++ {
		body.WriteString(words[(i*7+n*n+n)%len(words)])
		if n%12 == 11 {
			body.WriteString("\r\n")
		} else {
			body.WriteByte(' ')
		}
	}
	at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute)
	return generated{
		key: fmt.Sprintf("BENCH-%d", i+1), title: fmt.Sprintf("Editor crash no. %d on a large file", i), state: []string{"Open", "Closed"}[i%2],
		author: fmt.Sprintf("user-%d", i%500), body: body.String(), created: at, updated: at.Add(time.Hour),
	}
}

func jiraTime(t time.Time) string { return t.Format("02/Jan/06 15:04") }

type csvFile struct {
	file *os.File
	buf  *bufio.Writer
	w    *csv.Writer
}

func newCSV(name string, header ...string) (*csvFile, error) {
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	buf := bufio.NewWriterSize(file, 1<<20)
	c := &csvFile{file: file, buf: buf, w: csv.NewWriter(buf)}
	c.write(header...)
	return c, nil
}

// write writes one record; what goes wrong is told by close.
func (c *csvFile) write(fields ...string) { _ = c.w.Write(fields) }

func (c *csvFile) close() error {
	c.w.Flush()
	return errors.Join(c.w.Error(), c.buf.Flush(), c.file.Close())
}
