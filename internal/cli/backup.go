package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/fault"
)

// backupEnd ends the names of backups, by which restore finds one in a directory.
const backupEnd = ".backup"

func (s *session) backupCommand() *cobra.Command {
	var expires string
	c := &cobra.Command{
		Use:   "backup DEST [--expires 90d|DATE]",
		Short: "write the whole case into one encrypted file",
		Long: `Write everything the case holds into one file, while others work, and read it back. Every
member of the case, and the words of its recovery key, can restore it. DEST is a file that
is not there yet, or a directory, in which the file is named by its time. Beside it comes
a checkpoint, to be kept somewhere else: heed check --against FILE

A backup keeps what is withdrawn after it, so it expires. Destroy it then. After something
was withdrawn, write the log beside it too: heed log -o FILE

  heed backup /media/stick
  heed backup /media/stick/lenz.backup --expires 30d`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			until, err := expiry(expires, s.Clock())
			if err != nil {
				return console.Usage(err)
			}
			dest, err := s.backupPath(args[0])
			if err != nil {
				return err
			}
			return s.opened(c.Context(), func(a *app.App) error {
				check, err := console.CreateNew(dest + ".checkpoint")
				if err != nil {
					return err
				}
				defer check.Drop()
				b, err := a.Backup(c.Context(), dest, until)
				if err != nil {
					return err
				}
				if _, err = check.Write(b.Checkpoint); err == nil {
					err = check.Commit()
				}
				if err != nil {
					return &fault.Error{Kind: fault.Conflict, What: "the checkpoint could not be written", Err: err,
						Safe: "The backup is whole, and in its place.", Do: "Make a checkpoint with: heed checkpoint -o FILE"}
				}
				return s.emitBackup(b)
			})
		},
	}
	c.Flags().StringVar(&expires, "expires", "90d", "how long it may be restored: days (90d) or a day (2027-01-31)")
	return c
}

func (s *session) emitBackup(b app.Backup) error {
	data := map[string]any{"path": b.Path, "size": b.Size, "sha256": fmt.Sprintf("%x", b.SHA256), "entries": b.Entries,
		"expires_at": b.ExpiresAt.Format(time.RFC3339), "checkpoint": b.Path + ".checkpoint"}
	return s.Emit(data, func(w io.Writer) {
		fmt.Fprintln(w, console.Fields(console.Visible(b.Path), console.Counted(b.Size, "byte"), fmt.Sprintf("sha256 %x", b.SHA256)))
		fmt.Fprintln(w, console.Fields(console.Visible(b.Path)+".checkpoint", console.Counted(b.Entries, "act"), "expires "+b.ExpiresAt.UTC().Format(time.DateOnly)))
	})
}

// backupPath names the file: DEST itself, or one by the time in the directory DEST.
func (s *session) backupPath(dest string) (string, error) {
	info, err := os.Stat(dest)
	switch {
	case err == nil && info.IsDir():
		return filepath.Join(dest, "heed-backup-"+s.Clock().UTC().Format("20060102-150405Z")+backupEnd), nil
	case err == nil:
		return "", console.ErrTaken()
	}
	return dest, nil
}

var days = regexp.MustCompile(`^([1-9][0-9]{0,4})d$`)

// expiry reads a number of days from now, or a day, which it lasts to the end of (UTC).
func expiry(text string, now time.Time) (time.Time, error) {
	if m := days.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		return now.AddDate(0, 0, n), err
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, errors.New("write --expires as days (90d) or as a day (2027-01-31)")
	}
	return day.AddDate(0, 0, 1).Add(-time.Microsecond), nil
}
