package cli

import (
	"embed"
	"io/fs"
	"path"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed topics/*.txt
var topicFiles embed.FS

// topics are helps that are named after what somebody wants to do: heed help mistake. The
// first line of a file is its summary. They run nothing.
func topics() (out []*cobra.Command, err error) {
	names, err := fs.Glob(topicFiles, "topics/*.txt")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(topicFiles, name)
		if err != nil {
			return nil, err
		}
		short, long, _ := strings.Cut(string(text), "\n\n")
		out = append(out, &cobra.Command{Use: strings.TrimSuffix(path.Base(name), ".txt"), Short: strings.TrimSpace(short), Long: strings.TrimSpace(long)})
	}
	return out, nil
}
