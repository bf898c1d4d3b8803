package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
)

func (s *session) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "print a script that completes words in your shell",
		Long: `Print a script by which a shell completes verbs and flags. It needs no case and reads none.

  heed completion bash > /etc/bash_completion.d/heed
  heed completion zsh > "${fpath[1]}/_heed"
  heed completion fish > ~/.config/fish/completions/heed.fish
  heed completion powershell >> $PROFILE`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(c *cobra.Command, args []string) error {
			var script strings.Builder
			err := map[string]func(io.Writer) error{
				"bash":       func(w io.Writer) error { return c.Root().GenBashCompletionV2(w, true) },
				"zsh":        c.Root().GenZshCompletion,
				"fish":       func(w io.Writer) error { return c.Root().GenFishCompletion(w, true) },
				"powershell": c.Root().GenPowerShellCompletionWithDesc,
			}[args[0]](&script)
			if err != nil {
				return err
			}
			return s.Emit(map[string]string{"shell": args[0], "script": script.String()}, func(w io.Writer) { io.WriteString(w, script.String()) })
		},
	}
}
