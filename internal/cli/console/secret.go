package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"

	"heed/internal/fault"
)

// Passphrase takes the first line of a secret.
func (s *Session) Passphrase(file, env, prompt string) ([]byte, error) {
	flag := "--passphrase-file"
	if env == NewEnv {
		flag = "--new-passphrase-file"
	}
	b, err := s.Take(Secret{What: "passphrase", File: file, Flag: flag, Env: env, Prompt: prompt})
	return FirstLine(b), err
}

// NewEnv begins the variables that a new passphrase is taken from.
const NewEnv = "HEED_NEW_PASSPHRASE"

// Secret says where something secret can be found.
type Secret struct {
	What       string // passphrase, or recovery words
	File, Flag string // what the flag named, and the flag
	Env        string
	Prompt     string
}

// Asked reports whether only the person can be asked.
func (s *Session) Asked(from Secret) bool {
	return from.File == "" && s.Getenv(from.Env+"_COMMAND") == "" && s.Getenv(from.Env) == "" && s.Terminal
}

// Take takes a secret from the file, the command or the variable, or asks the person.
// It is never an argument: arguments are seen by all processes.
func (s *Session) Take(from Secret) ([]byte, error) {
	locked := func(what string) error { return fault.New(fault.Locked, what, "Nothing was done.", "") }
	switch {
	case from.File != "":
		// A pipe is as good as a file here: --passphrase-file <(command).
		f, err := os.Open(from.File)
		if err != nil {
			return nil, locked("the file with the " + from.What + " cannot be read: " + Reason(err))
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, MaxKeyFile))
		if err != nil {
			return nil, locked("the file with the " + from.What + " cannot be read: " + Reason(err))
		}
		return from.given(b, "the file with the "+from.What+" is empty")
	case s.Getenv(from.Env+"_COMMAND") != "":
		out, err := exec.Command("/bin/sh", "-c", s.Getenv(from.Env+"_COMMAND")).Output()
		if err != nil {
			return nil, locked("the command in " + from.Env + "_COMMAND failed")
		}
		return from.given(out, "the command in "+from.Env+"_COMMAND printed nothing")
	case s.Getenv(from.Env) != "":
		return []byte(s.Getenv(from.Env)), nil
	case s.Terminal:
		return s.Secret(from.Prompt)
	}
	return nil, fault.New(fault.Locked, "the "+from.What+" cannot be asked for: nobody is there", "Nothing was done.",
		fmt.Sprintf("Use %s, %s_COMMAND or %s.", from.Flag, from.Env, from.Env))
}

// given refuses a secret whose first line is empty: it was not given at all.
func (from Secret) given(b []byte, what string) ([]byte, error) {
	if len(FirstLine(b)) == 0 {
		return nil, fault.New(fault.Locked, what, "Nothing was done.", "Give the "+from.What+" in its first line.")
	}
	return b, nil
}

// FirstLine is the first line without its end.
func FirstLine(b []byte) []byte {
	first, _, _ := bytes.Cut(b, []byte("\n"))
	return bytes.TrimSuffix(first, []byte("\r"))
}

// Reason is a file error without the path: a path can hold a name.
func Reason(err error) string {
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
