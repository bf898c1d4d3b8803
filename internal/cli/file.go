package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"heed/internal/fault"
)

// openFile opens a file that can be read to an end. A pipe or device is refused before
// it is opened: opening one can wait for ever, and reading one can fill the disk.
func openFile(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fault.New(fault.Invalid, "the file cannot be read: "+reason(err), "Nothing was taken in.", "Check the name and the permissions, and try again.")
	case info.IsDir():
		return nil, fault.New(fault.Invalid, "this is a directory", "Nothing was taken in.", "Name the files in it.")
	case !info.Mode().IsRegular():
		return nil, fault.New(fault.Invalid, "this is no regular file", "Nothing was taken in.", "Copy its content to a file, or give it on standard input: -")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the file cannot be read: "+reason(err), "Nothing was taken in.", "Check the name and the permissions, and try again.")
	}
	return file, nil
}

// readFile reads a whole file of at most limit bytes into memory.
func readFile(what, path string, limit int64) ([]byte, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, aboutFile(what, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, what+" cannot be read: "+reason(err), "Nothing was changed.", "")
	}
	if int64(len(b)) > limit {
		return nil, fault.New(fault.Invalid, fmt.Sprintf("%s is larger than the %d bytes it may have", what, limit), "Nothing was changed.", "Check that it is the right file.")
	}
	return b, nil
}

// aboutFile says which file could not be opened.
func aboutFile(what string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return fault.New(f.Kind, what+": "+f.What, "Nothing was changed.", "Check the name and the permissions, and try again.")
	}
	return err
}

// writeNew writes a file whole or not at all: into a temporary beside it, synced, then
// linked to its name, which fails when the name is taken.
func writeNew(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".heed-*")
	if err != nil {
		return fault.New(fault.Invalid, "the file cannot be written: "+reason(err), "Nothing was written.", "Choose another directory with -o.")
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return fault.New(fault.Invalid, "the file cannot be written: "+reason(err), "Nothing was left behind.", "")
	}
	if err := f.Close(); err != nil {
		return err
	}
	return place(f.Name(), path)
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
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return errTaken()
	}
	return fault.New(fault.Invalid, "the file cannot be written: "+reason(err), "Nothing was left behind.", "")
}

func errTaken() error {
	return fault.New(fault.Conflict, "there is a file of that name already", "It was not touched.", "Move it away, or choose another place with -o.")
}

// sameBytes reports whether the file at path holds exactly data.
func sameBytes(path string, data []byte) bool {
	have, err := readFile("the file", path, int64(len(data)))
	return err == nil && bytes.Equal(have, data)
}
