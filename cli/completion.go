package cli

import (
	"context"
	"embed"
	"strings"

	"github.com/peterbourgon/ff/v4"
)

//go:embed completion
var completionScripts embed.FS

// shells are those that there is a script for.
func shells() []string { return []string{"bash", "zsh", "fish"} }

// completion prints the script by which a shell asks this program what a command
// line can go on with.
func (c *call) completion(parent *flagSet) *ff.Command {
	cmd, flags := command(parent, "completion", " "+strings.Join(shells(), "|"), "Print a shell's completion script.",
		func(_ context.Context, f *flagSet) error { return c.printCompletion(f.GetArgs()) })
	flags.operands = func() []candidate { return words(shells()...) }
	cmd.LongHelp = "bash  eval \"$(" + c.name + " completion bash)\", in ~/.bashrc\n" +
		"zsh   source <(" + c.name + " completion zsh), in ~/.zshrc after compinit\n" +
		"fish  " + c.name + " completion fish | source, in ~/.config/fish/config.fish"
	return cmd
}

func (c *call) printCompletion(args []string) error {
	if err := oneOf(args, "completion", "which shell?", shells()); err != nil {
		return err
	}
	script, err := completionScripts.ReadFile("completion/" + args[0] + ".sh")
	if err != nil {
		return err
	}
	function := strings.ReplaceAll(c.name, "-", "_") + "_complete"
	c.out.WriteString(strings.NewReplacer("FUNCTION", function, "PROGRAM", c.name).Replace(string(script)))
	return nil
}
