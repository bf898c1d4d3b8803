package keys

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"heed/internal/fault"
)

const suffix = ".json"

// list gives the ids for which there is a file, in the order of their numbers. Other
// names in the directory are nobody's and passed over.
func list(dir string) (ids []string, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noCase()
	}
	if err != nil {
		return nil, fmt.Errorf("listing key files: %w", bare(err))
	}
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), suffix); ok && idForm.MatchString(id) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return number(a) - number(b) })
	return ids, nil
}

// number of a valid id.
func number(id string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "M-"))
	return n
}

// read takes the key file of a member. That it has the one form and speaks of that
// member is sure then, and nothing else. A missing file is fs.ErrNotExist.
func read(dir, id string) (*parsed, error) {
	path := filepath.Join(dir, id+suffix)
	// A pipe or a device in its place would hang or never end.
	if fi, err := os.Lstat(path); err != nil {
		return nil, fmt.Errorf("reading the key file of %s: %w", id, bare(err))
	} else if !fi.Mode().IsRegular() {
		return nil, conflict(id, errForm)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the key file of %s: %w", id, bare(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading the key file of %s: %w", id, bare(err))
	}
	p, err := parse(data)
	if err != nil {
		return nil, conflict(id, err)
	}
	if p.member.ID != id {
		return nil, conflict(id, errOther)
	}
	return p, nil
}

// readAll reads every key file. Handles are unique, or one member could be taken for another.
func readAll(dir string) (files []*parsed, err error) {
	ids, err := list(dir)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, id := range ids {
		p, err := read(dir, id)
		if err != nil {
			return nil, err
		}
		if seen[p.member.Handle] {
			return nil, conflict(id, errors.New("its handle is another member's"))
		}
		seen[p.member.Handle] = true
		files = append(files, p)
	}
	return files, nil
}

// write stores a new key file and reads it back. It never overwrites one.
//
// Crash note: until the file is published there is only a temporary, which list passes
// over; it holds what the key file would, and nothing in the open. After that the member is there.
func write(dir, id string, data []byte) (err error) {
	f, err := os.CreateTemp(dir, "tmp-*") // mode 0600
	if err != nil {
		return fmt.Errorf("writing the key file of %s: %w", id, bare(err))
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing the key file of %s: %w", id, bare(err))
	}
	path := filepath.Join(dir, id+suffix)
	if err := publish(f.Name(), path, data, os.Link); errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "there is a key file of "+id+" already", "It was not touched.", "If somebody is adding a member at this moment, try again.")
	} else if err != nil {
		return fmt.Errorf("writing the key file of %s: %w", id, bare(err))
	}
	back, err := os.ReadFile(path)
	if err == nil && !bytes.Equal(back, data) {
		err = errors.New("it reads back differently")
	}
	if err := errors.Join(err, syncDir(dir)); err != nil {
		os.Remove(path) // it was made here just now, and what fails leaves nothing behind
		return fmt.Errorf("writing the key file of %s: %w", id, bare(err))
	}
	return nil
}

// publish gives the temporary its name. Renaming would overwrite, so it is linked, which
// fails when the name is taken: of two members added at once under one id, one is
// refused and not lost. Where there are no links (exFAT) the file is written under its
// name from the start; a crash can leave part of it there, which read refuses.
func publish(tmp, path string, data []byte, link func(string, string) error) error {
	err := link(tmp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(path)
		return err
	}
	return nil
}

// conflict names the member and never the path, which can hold a name.
func conflict(id string, cause error) error {
	f := fault.New(fault.Conflict, "the key file of "+id+" is not as a member of this case wrote it",
		"Nothing was opened and nothing was written.", "Restore the file from a backup, and find out who could write to the disk.")
	f.Err = cause
	return f
}

// bare strips the paths from an error of the file system.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}
