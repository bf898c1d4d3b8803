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
	"strings"
	"time"

	"heed/internal/durable"
	"heed/internal/fault"
)

const suffix = ".json"

// Files names the files of the key directory that belong to these members: the roster and
// their key files.
func Files(members []Member) []string {
	names := []string{rosterName}
	for _, m := range members {
		names = append(names, m.ID+suffix)
	}
	return names
}

// list gives the ids for which there is a key file. Other names in the directory are
// nobody's and passed over.
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
	slices.SortFunc(ids, byID)
	return ids, nil
}

// readBytes takes a file that is no longer than limit by more than a byte. A pipe or a
// device in its place would hang or never end.
func readBytes(path string, limit int64) ([]byte, error) {
	if fi, err := os.Lstat(path); err != nil {
		return nil, err
	} else if !fi.Mode().IsRegular() {
		return nil, errForm
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// read takes the key file of a member. That it has the one form and speaks of that
// member is sure then, and nothing else. A missing file is a conflict with errMissing.
func read(dir, id string) (*keyFile, error) {
	data, err := readBytes(filepath.Join(dir, id+suffix), maxFileSize)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, conflict(id, errMissing)
	case errors.Is(err, errForm):
		return nil, conflict(id, err)
	case err != nil:
		return nil, fmt.Errorf("reading the key file of %s: %w", id, bare(err))
	}
	f, err := parse(data)
	if err != nil {
		return nil, conflict(id, err)
	}
	if f.ID != id {
		return nil, conflict(id, errOther)
	}
	return f, nil
}

// readRoster takes the roster. Whose it is, is not sure then.
func readRoster(dir string) (*roster, error) {
	data, err := readBytes(filepath.Join(dir, rosterName), maxRosterSize)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		ids, err := list(dir)
		if err != nil {
			return nil, err
		}
		if len(ids) > 0 {
			return nil, rosterConflict(errMissing)
		}
		return nil, noCase()
	case errors.Is(err, errForm):
		return nil, rosterConflict(errRosterForm)
	case err != nil:
		return nil, fmt.Errorf("reading the roster: %w", bare(err))
	}
	r, err := parseRoster(data)
	if err != nil {
		return nil, rosterConflict(err)
	}
	return r, nil
}

// temporary writes data beside where it is to be, to disk, and reads it back: what the
// disk does not keep must never take the place of what it kept.
//
// Crash here: a temporary, which nothing reads; it holds what the file would, and nothing
// in the open.
func temporary(dir string, data []byte) (name string, err error) {
	f, err := os.CreateTemp(dir, "tmp-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		var back []byte
		if back, err = os.ReadFile(f.Name()); err == nil && !bytes.Equal(back, data) {
			err = errors.New("it reads back differently")
		}
	}
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// write stores a new file and never overwrites one. What fails leaves nothing behind.
//
// Crash here: the file is there under its name and whole, or not at all.
func write(dir, name string, data []byte) error {
	tmp, err := temporary(dir, data)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, bare(err))
	}
	defer os.Remove(tmp)
	path := filepath.Join(dir, name)
	if err := publish(tmp, path, data, os.Link); errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "there is a file "+name+" among the keys already", "It was not touched.", "If somebody is adding a member at this moment, try again.")
	} else if err != nil {
		return fmt.Errorf("writing %s: %w", name, bare(err))
	}
	if err := durable.Dir(dir); err != nil {
		os.Remove(path) // it was made here just now
		return fmt.Errorf("writing %s: %w", name, bare(err))
	}
	return nil
}

// publish gives the temporary its name. Renaming would overwrite, so it is linked, which
// fails when the name is taken. Where there are no links (exFAT) the file is written under
// its name from the start; a crash can leave part of it there, which no roster names yet.
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

// replace puts a file in the place of an older one.
//
// Crash here: the older file or the newer one, whole. After an error it is the older one,
// unless forcing the directory to disk failed.
func replace(dir, name string, data []byte) error {
	tmp, err := temporary(dir, data)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, bare(err))
	}
	if err := os.Rename(tmp, filepath.Join(dir, name)); err != nil {
		os.Remove(tmp)
		return fmt.Errorf("writing %s: %w", name, bare(err))
	}
	if err := durable.Dir(dir); err != nil {
		return fmt.Errorf("writing %s: %w", name, bare(err))
	}
	return nil
}

// stands reports whether a file holds these bytes, whatever an error said.
func stands(dir, name string, data []byte) bool {
	b, err := os.ReadFile(filepath.Join(dir, name))
	return err == nil && bytes.Equal(b, data)
}

// How long a change of the keys waits for another one. What takes long is done before the
// directory is held, or by Restage, while which nobody should change keys.
const (
	holdTries = 500
	holdPause = 20 * time.Millisecond
)

var errHeld = errors.New("another process holds it")

// hold takes the key directory for one change of what is in it. The system frees it when the
// process dies. Reading needs none: files are replaced whole, and key files are written
// before the roster that names them.
func hold(dir string) (release func(), err error) {
	for range holdTries {
		release, err = tryHold(dir)
		switch {
		case err == nil:
			return release, nil
		case errors.Is(err, fs.ErrNotExist):
			return nil, noCase()
		case !errors.Is(err, errHeld):
			return nil, fmt.Errorf("holding the keys: %w", bare(err))
		}
		time.Sleep(holdPause)
	}
	return nil, fault.New(fault.Held, "another process is changing the keys of this case", "Nothing was written.", "Wait until it is done, and try again.")
}

// conflict names the member and never the path, which can hold a name.
func conflict(id string, cause error) error {
	f := fault.New(fault.Conflict, "the key file of "+id+" is not as a member of this case wrote it",
		"Nothing was opened and nothing was written.", "Restore the file from a backup, and find out who could write to the disk.")
	f.Err = cause
	return f
}

func rosterConflict(cause error) error {
	f := fault.New(fault.Conflict, "the roster was not written by members of this case",
		"Nothing was opened and nothing was written.", "Restore the keys from a backup, and find out who could write to the disk.")
	f.Err = cause
	return f
}

func noCase() error {
	return fault.New(fault.NoStore, "there is no case in this directory", "Nothing was written.", "Make one with: heed init DIR")
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
