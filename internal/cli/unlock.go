package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"

	"heed/internal/app"
	"heed/internal/fault"
)

// opened runs fn on the case with the acting member unlocked.
func (s *session) opened(ctx context.Context, fn func(*app.App) error) (err error) {
	if s.store == "" {
		return fault.New(fault.NoStore, "no case was named", "", "Name its directory: --store DIR, or set HEED_STORE. Make one with: heed init DIR")
	}
	pass, err := s.passphrase(s.passphraseFile, "HEED_PASSPHRASE", "Passphrase: ")
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, app.Config{Dir: s.store, Clock: s.Clock}, s.as, pass)
	clear(pass)
	if err != nil {
		return app.Explain(err)
	}
	defer func() {
		if cerr := a.Close(); err == nil {
			err = cerr
		}
	}()
	return app.Explain(fn(a))
}

// passphrase takes the secret from the file, the command or the variable named after
// env, or asks the person. It is never an argument: arguments are seen by all processes.
func (s *session) passphrase(file, env, prompt string) ([]byte, error) {
	switch {
	case file != "":
		// A pipe is as good as a file here: --passphrase-file <(command).
		f, err := os.Open(file)
		if err != nil {
			return nil, fault.New(fault.Locked, "the passphrase file cannot be read: "+reason(err), "Nothing was done.", "")
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
		if err != nil {
			return nil, fault.New(fault.Locked, "the passphrase file cannot be read: "+reason(err), "Nothing was done.", "")
		}
		return given(line(b), "the passphrase file is empty")
	case s.Getenv(env+"_COMMAND") != "":
		out, err := exec.Command("/bin/sh", "-c", s.Getenv(env+"_COMMAND")).Output()
		if err != nil {
			return nil, fault.New(fault.Locked, "the command in "+env+"_COMMAND failed", "Nothing was done.", "")
		}
		return given(line(out), "the command in "+env+"_COMMAND printed nothing")
	case s.Getenv(env) != "":
		return []byte(s.Getenv(env)), nil
	case s.Terminal:
		return s.Secret(prompt)
	}
	return nil, fault.New(fault.Locked, "a passphrase is needed and nobody is there to be asked", "Nothing was done.",
		fmt.Sprintf("Use --passphrase-file, %s_COMMAND or %s.", env, env))
}

// given refuses an empty secret: it was not given at all.
func given(secret []byte, what string) ([]byte, error) {
	if len(secret) == 0 {
		return nil, fault.New(fault.Locked, what, "Nothing was done.", "Give the passphrase in its first line.")
	}
	return secret, nil
}

// line is the first line without its end.
func line(b []byte) []byte {
	first, _, _ := bytes.Cut(b, []byte("\n"))
	return bytes.TrimSuffix(first, []byte("\r"))
}

// reason is a file error without the path: a path can hold a name.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err.Error()
	}
	return err.Error()
}
