package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/fault"
)

type restoreFlags struct {
	log               string
	keys              []string
	expired, recovery bool
}

func (s *session) restoreCommand() *cobra.Command {
	var f restoreFlags
	c := &cobra.Command{
		Use:   "restore BACKUP DIR",
		Short: "bring a case back from a backup",
		Long: `Bring a case back into DIR, which must be empty or missing, and check it. BACKUP is the file,
or a directory that holds exactly one (*.backup). You unlock with the passphrase that you
had when the backup was made, or with --recovery by the words of a recovery key of then.

--log takes the newest ledger that is left (heed log -o FILE, or heed restore of a younger
backup): what was destroyed after the backup is destroyed again. Without it withdrawals
after the backup are not known here. If a member who got keys after the backup signed
it, give the verifier keys of then with --key (heed user --keys). An expired backup needs --expired.

The status is 6 when everything came back and the check found problems; they are printed.

  heed restore /media/stick lenz --log /media/stick/log
  heed restore lenz.backup lenz --recovery`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if f.recovery && c.Flags().Changed("as") {
				return errAsRecovery()
			}
			return s.restore(c.Context(), args[0], args[1], f)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.log, "log", "", "newest log of the case's ledger")
	fl.StringArrayVar(&f.keys, "key", nil, "file with verifier keys that may have signed the log; may be given several times")
	fl.BoolVar(&f.expired, "expired", false, "restore although it has expired")
	recoveryFlag(c, &f.recovery)
	return c
}

func (s *session) restore(ctx context.Context, from, dir string, f restoreFlags) error {
	path, err := oneBackup(from)
	if err != nil {
		return err
	}
	file, err := console.OpenFile(path)
	if err != nil {
		return console.AboutFile("the backup", err)
	}
	defer file.Close()
	r := app.Restoring{Expired: f.expired}
	if f.log != "" {
		log, err := console.OpenFile(f.log)
		if err != nil {
			return console.AboutFile("the log", err)
		}
		defer log.Close()
		r.Log = log
	}
	if r.Keys, err = trusted(f.keys); err != nil {
		return err
	}
	who, forget, err := s.people(f.recovery)
	defer forget()
	if err != nil {
		return err
	}
	conf, done := s.config(dir)
	defer done()
	var size int64
	if info, err := file.Stat(); err == nil {
		size = info.Size()
	}
	r.Backup = s.Watched(file, console.ReadingBackup, size)
	if show := conf.Progress; show != nil {
		conf.Progress = func(step string, done, total int64) {
			if step != "restoring files" { // the bytes say more
				show(step, done, total)
			}
		}
	}
	out, err := app.Restore(ctx, conf, r, who[0], who[1:]...)
	if err != nil {
		return app.Explain(err)
	}
	return s.emitRestored(dir, out, f.log != "")
}

// oneBackup is the file itself, or the one backup in a directory.
func oneBackup(path string) (string, error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return path, nil // opening it says what is wrong
	}
	var found []string
	files, err := os.ReadDir(path)
	if err != nil {
		return "", fault.New(fault.Invalid, "the directory cannot be read: "+console.Reason(err), "Nothing was restored.", "Name the file of the backup.")
	}
	for _, f := range files {
		if f.Type().IsRegular() && strings.HasSuffix(f.Name(), backupEnd) {
			found = append(found, f.Name())
		}
	}
	if len(found) != 1 {
		return "", fault.New(fault.Invalid, "the directory holds "+console.Counted(len(found), "backup")+", not one", "Nothing was restored.", "Name the file of the one you mean.")
	}
	return filepath.Join(path, found[0]), nil
}

func (s *session) emitRestored(dir string, out app.Restored, log bool) error {
	data := map[string]any{"path": dir, "made_at": out.MadeAt.Format(time.RFC3339), "expires_at": out.ExpiresAt.Format(time.RFC3339),
		"entries": out.Entries, "lost": out.Lost, "destroyed": console.NonNil(out.Destroyed), "problems": console.NonNil(out.Problems)}
	if !log {
		data["lost"] = nil // nobody knows
	}
	err := s.Emit(data, func(w io.Writer) {
		fmt.Fprintln(w, console.Fields(console.Visible(dir), "restored as of "+out.MadeAt.UTC().Format(time.DateTime), console.Counted(out.Entries, "act")))
		if log {
			fmt.Fprintf(w, "%s after the backup lost\n", console.Counted(out.Lost, "act"))
		}
		for _, id := range out.Destroyed {
			fmt.Fprintln(w, id+"  key destroyed again")
		}
		for _, p := range out.Problems {
			fmt.Fprintf(w, "PROBLEM  %s: %s\n", p.Place, p.What)
		}
	})
	if !log {
		s.Say("No newer log was given: what was withdrawn or done after the backup is not known here.")
	}
	if err != nil || len(out.Problems) == 0 {
		return err
	}
	return console.Exit(console.ExitMismatch, fault.New(fault.Conflict, console.Counted(len(out.Problems), "problem")+" found in what was restored", "The case was brought back as the backup has it.",
		"Keep the backup, and try an older one."))
}
