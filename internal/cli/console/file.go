package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"heed/internal/durable"
	"heed/internal/fault"
)

// MaxKeyFile bounds a file of keys, a passphrase or a checkpoint.
const MaxKeyFile = 1 << 20

// OpenFile opens a file that can be read to an end. A pipe or device is refused before
// it is opened: opening one can wait for ever, and reading one can fill the disk.
func OpenFile(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fault.New(fault.Invalid, "the file cannot be read: "+Reason(err), "Nothing was taken in.", "Check the name and the permissions, and try again.")
	case info.IsDir():
		return nil, fault.New(fault.Invalid, "this is a directory", "Nothing was taken in.", "Name the files in it.")
	case !info.Mode().IsRegular():
		return nil, fault.New(fault.Invalid, "this is no regular file", "Nothing was taken in.", "Copy its content to a file, or give it on standard input: -")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the file cannot be read: "+Reason(err), "Nothing was taken in.", "Check the name and the permissions, and try again.")
	}
	return file, nil
}

// ReadFile reads a whole file of at most limit bytes into memory.
func ReadFile(what, path string, limit int64) ([]byte, error) {
	f, err := OpenFile(path)
	if err != nil {
		return nil, AboutFile(what, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, what+" cannot be read: "+Reason(err), "Nothing was changed.", "")
	}
	if int64(len(b)) > limit {
		return nil, fault.New(fault.Invalid, fmt.Sprintf("%s is larger than the %d bytes it may have", what, limit), "Nothing was changed.", "Check that it is the right file.")
	}
	return b, nil
}

// AboutFile says which file could not be opened.
func AboutFile(what string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return fault.New(f.Kind, what+": "+f.What, "Nothing was changed.", "Check the name and the permissions, and try again.")
	}
	return err
}

// WriteNew writes a file whole or not at all.
func WriteNew(path string, write func(io.Writer) error) error {
	n, err := CreateNew(path)
	if err != nil {
		return err
	}
	defer n.Drop()
	if err := write(n); err != nil {
		return err
	}
	return n.Commit()
}

// NewFile is a file that has no name yet: a temporary beside its place.
type NewFile struct {
	f    *os.File
	path string
}

// CreateNew makes sure of a place for a file whose name must not be taken.
func CreateNew(path string) (*NewFile, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, ErrTaken()
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".heed-*")
	if err != nil {
		return nil, fault.New(fault.Invalid, "the file cannot be written: "+Reason(err), "Nothing was written.", "Choose another place for it.")
	}
	return &NewFile{f, path}, nil
}

// Write writes to the temporary.
func (n *NewFile) Write(p []byte) (int, error) { return n.f.Write(p) }

// Commit forces the content to disk and gives the file its name, which fails when the
// name has been taken meanwhile.
func (n *NewFile) Commit() error {
	if err := n.f.Sync(); err != nil {
		return fault.New(fault.Invalid, "the file cannot be written: "+Reason(err), "Nothing was left behind.", "")
	}
	if err := n.f.Close(); err != nil {
		return fault.New(fault.Invalid, "the file cannot be written: "+Reason(err), "Nothing was left behind.", "")
	}
	return place(n.f.Name(), n.path)
}

// Drop removes the temporary; a committed file stays.
func (n *NewFile) Drop() {
	if n != nil {
		n.f.Close()
		os.Remove(n.f.Name())
	}
}

// place gives a finished temporary its name without overwriting anything. Where the
// file system knows no links (memory sticks), it looks first and then renames.
func place(tmp, path string) error {
	err := os.Link(tmp, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		if _, statErr := os.Lstat(path); errors.Is(statErr, fs.ErrNotExist) {
			err = os.Rename(tmp, path)
		}
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return ErrTaken()
	case err == nil:
		if err := durable.Dir(filepath.Dir(path)); err != nil {
			return fault.New(fault.Invalid, "the file's name cannot be forced to disk: "+Reason(err), "The file is whole and in its place.", "Look at the disk before you rely on it.")
		}
		return nil
	}
	return fault.New(fault.Invalid, "the file cannot be written: "+Reason(err), "Nothing was left behind.", "")
}

func ErrTaken() error {
	return fault.New(fault.Conflict, "there is a file of that name already", "It was not touched.", "Move it away, or choose another place.")
}

// SameBytes reports whether the file at path holds exactly data.
func SameBytes(path string, data []byte) bool {
	have, err := ReadFile("the file", path, int64(len(data)))
	return err == nil && bytes.Equal(have, data)
}
