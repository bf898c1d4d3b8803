package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"heed/bundle"
)

const usage = `usage: heed-verify [--json] [--key FILE]... NAME.heed

Checks a bundle offline. Trust comes only from --key: a file of verifier keys, one
per line, that you got from somewhere else than the bundle.
Exit status: 0 same as signed, 6 different, 7 not signed by keys you trust,
2 wrong usage, 1 a file could not be read.
`

const (
	exitFailed = 1
	exitUsage  = 2
)

// request is the command line, understood.
type request struct {
	name string
	keys []string // files
	json bool
}

func run(args []string, stdout, stderr io.Writer) int {
	req, err := parseArgs(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil:
		fail(stderr, req.json, exitUsage, err.Error(), "See: heed-verify --help")
		return exitUsage
	}
	result, err := verify(req)
	if err != nil {
		fail(stderr, req.json, exitFailed, err.Error(), "Nothing was verified.")
		return exitFailed
	}
	if err := show(stdout, req.json, result); err != nil {
		fail(stderr, req.json, exitFailed, "the result could not be written", "Nothing was verified.")
		return exitFailed
	}
	if result.Exit != 0 {
		what := result.What
		if result.File != "" {
			what = result.File + ": " + what
		}
		fail(stderr, req.json, result.Exit, what, result.Do)
	}
	return result.Exit
}

// parseArgs takes flags before and after the name, as heed verify does.
func parseArgs(args []string) (request, error) {
	var req request
	set := flag.NewFlagSet("heed-verify", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.BoolVar(&req.json, "json", false, "")
	set.Func("key", "", func(file string) error {
		req.keys = append(req.keys, file)
		return nil
	})
	var names []string
	for {
		if err := set.Parse(args); err != nil {
			return req, err
		}
		if set.NArg() == 0 {
			break
		}
		names, args = append(names, set.Arg(0)), set.Args()[1:]
	}
	if len(names) != 1 {
		return req, errors.New("exactly one bundle is needed")
	}
	req.name = names[0]
	return req, nil
}

// verify reads the files and asks package bundle. An error means that it could not be asked.
func verify(req request) (bundle.Result, error) {
	var policy bundle.Policy
	for _, name := range req.keys {
		data, err := read(name, maxKeyFile)
		if err != nil {
			return bundle.Result{}, fmt.Errorf("reading a key file: %w", err)
		}
		keys, err := bundle.ParseKeyFile(data)
		if err != nil {
			return bundle.Result{}, err
		}
		policy.Keys = append(policy.Keys, keys...)
	}
	data, err := read(req.name, bundle.MaxSize)
	if err != nil {
		return bundle.Result{}, fmt.Errorf("reading the bundle: %w", err)
	}
	b, err := check(data, policy)
	result, ok := bundle.Describe(b, err)
	if !ok {
		return bundle.Result{}, err
	}
	return result, nil
}

func check(data []byte, policy bundle.Policy) (*bundle.Bundle, error) {
	u, err := bundle.Parse(data)
	if err != nil {
		return nil, err
	}
	return u.Verify(policy)
}

// maxKeyFile is the most a file of verifier keys may have, in bytes.
const maxKeyFile = 1 << 20

// read reads a whole file of at most limit bytes. A pipe or device is refused before it
// is opened: opening one can wait for ever, and reading one need not end.
func read(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, cause(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no regular file")
	case info.Size() > limit:
		return nil, tooLarge(limit)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, cause(err)
	}
	if int64(len(data)) > limit { // it grew
		return nil, tooLarge(limit)
	}
	return data, nil
}

func tooLarge(limit int64) error {
	return fmt.Errorf("it is larger than the %d bytes it may have", limit)
}

// cause drops the path: file names stay out of errors, which travel.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// show prints what is known of the bundle. Of one that differs nothing may be relied on,
// so a person gets the message on standard error and nothing else.
func show(w io.Writer, asJSON bool, r bundle.Result) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	if r.Verdict == bundle.Different {
		return nil
	}
	_, err := io.WriteString(w, r.Text())
	return err
}

func fail(w io.Writer, asJSON bool, status int, what, do string) {
	if asJSON {
		b, err := json.Marshal(map[string]any{"error": map[string]any{"what": what, "safe": "", "do": do, "exit": status}})
		if err == nil {
			fmt.Fprintf(w, "%s\n", b)
			return
		}
	}
	fmt.Fprintf(w, "heed-verify: %s\n", what)
	if do != "" {
		fmt.Fprintf(w, "      %s\n", do)
	}
}
