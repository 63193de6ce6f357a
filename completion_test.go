package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The completion scripts, in the shells themselves: task names, flags, enum values
// and files. A shell that is not here is a failure in CI.
func TestCompletionInShells(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "beignet")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "sample.csv"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ shell, script, want string }{
		{"bash", bashCompletion, "issues.search\n\nwarn\n\nsample.csv\n\nbash zsh fish\n\n"},
		{"fish", fishCompletion, "issues.search\tSearch the issues.\n\nwarn\n\nsample.csv\n\nbash\nfish\nzsh\n\n"},
		{"zsh", zshCompletion, "beignet task run issues.search --query x \nbeignet --log-level warn \nbeignet --module sample.csv \nbeignet completion fish \n"},
	} {
		t.Run(test.shell, func(t *testing.T) {
			t.Parallel()
			shell, err := exec.LookPath(test.shell)
			if errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") == "" {
				t.Skip(test.shell + " is not installed")
			} else if err != nil {
				t.Fatal(err)
			}
			script := filepath.Join(t.TempDir(), "script")
			if err := os.WriteFile(script, []byte(test.script), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(shell, script)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+dir, "TERM=xterm", "CI=")
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if got := string(out); got != test.want {
				t.Errorf("got\n%q\nwant\n%q", got, test.want)
			}
		})
	}
}

// Bash calls the function with these variables, which is what stands in for a
// person's keys here.
const bashCompletion = `
source <(beignet completion bash)
try() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9 COMPREPLY=()
	_beignet_complete 2>/dev/null
	printf '%s\n\n' "${COMPREPLY[*]}"
}
try beignet task run issues.s
try beignet task run issues.search --log-level = w
try beignet --module sam
try beignet completion ''
`

const fishCompletion = `
beignet completion fish | source
for line in 'beignet task run issues.s' 'beignet task run issues.search --log-level w' 'beignet --module sam' 'beignet completion '
	complete -C $line
	echo
end
`

// Zsh is typed to, in a terminal of its own: a line, Tab, and a key that prints the
// line as it then is.
const zshCompletion = `
zmodload zsh/zpty
zpty -b z zsh -f -i
type-in() {
	local seen all=
	zpty -w -n z "$1"
	for i in {1..200}; do
		while zpty -r -t z seen; do all+=$seen; done
		[[ $all == *"$2"* ]] && return
		sleep 0.05
	done
	print -r -- "never: $2" "${(V)all}"
	exit 1
}
type-in "PS1=; PS2=; autoload -Uz compinit; compinit -u -D; source <(beignet completion zsh)"$'\n' ''
type-in "print-line() { print -r -- \$BUFFER >> lines; BUFFER=; print RE'ADY' }; zle -N print-line; bindkey '^X' print-line; print RE''ADY"$'\n' READY
for line in 'beignet task run issues.s|--que|x ' 'beignet --log-level w' 'beignet --module sam' 'beignet completion fi'; do
	keys=${line//|/$'\t'}
	type-in "$keys"$'\t' ''
	type-in $'\x18' READY
done
cat lines
`
