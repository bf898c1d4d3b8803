package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/pflag"
)

// Page is how much of a long list is shown.
type Page struct {
	After string
	Limit int
	All   bool
}

// pageSize is how many objects a list shows unless it is told otherwise.
const pageSize = 200

// AddTo adds the flags of a long list to those of a verb.
func (p *Page) AddTo(f interface {
	StringVar(p *string, name, value, usage string)
	Var(value pflag.Value, name, usage string)
	BoolVar(p *bool, name string, value bool, usage string)
}) {
	f.StringVar(&p.After, "after", "", "list what stands behind this id")
	p.Limit = pageSize
	f.Var((*limit)(&p.Limit), "limit", "list at most so many")
	f.BoolVar(&p.All, "all", false, "list all")
}

// limit is the value of --limit. Many programs take 0 or -1 for "all"; whoever means that
// is told how it is said here, and gets no list of one.
type limit int

func (l *limit) String() string { return strconv.Itoa(int(*l)) }

func (l *limit) Type() string { return "int" }

func (l *limit) Set(s string) error {
	n, err := strconv.Atoi(s)
	switch {
	case err != nil:
		return errors.New("give a whole number, or list all with --all")
	case n < 1:
		return errors.New("a list shows at least one; to list all, use --all")
	}
	*l = limit(n)
	return nil
}

// Size is how many objects to read: 0 means all.
func (p Page) Size() int {
	if p.All {
		return 0
	}
	return p.Limit
}

// pageFlags are those of AddTo, which change nothing but what a list shows.
var pageFlags = []string{"after", "limit", "all"}

// notice is what More says under --json, one line like an error.
type notice struct {
	Notice string `json:"notice"`
	Total  int    `json:"total"`
	Next   string `json:"next"` // for --after
}

// More says on standard error, also under --json, that a list was cut: whoever reads only
// the answer must not take a part for the whole. last is the id that was shown last.
func (s *Session) More(total int, last string) {
	s.shown.rest()
	what := fmt.Sprintf("This is not all: there are %d. The next ones: --after %s; all of them: --all", total, last)
	if !s.JSON {
		fmt.Fprintln(s.Stderr, what)
		return
	}
	e := json.NewEncoder(s.Stderr)
	e.SetEscapeHTML(false)
	if err := e.Encode(notice{what, total, last}); err != nil {
		fmt.Fprintln(s.Stderr, what)
	}
}

// Ask is how many objects to read for a page: one more than it shows, which tells whether
// there are more. 0 reads all.
func (p Page) Ask() int {
	if p.Size() == 0 {
		return 0
	}
	return p.Size() + 1
}

// List prints a page of what was read for it (see Ask), and says where it is not all.
// total is how many there are.
func List[T any](s *Session, p Page, list []T, total int, id func(T) string, text func(io.Writer, T)) error {
	if len(list) == 0 {
		s.Say("There is none to list.")
	}
	size := p.Size()
	cut := size > 0 && len(list) > size
	if cut {
		list = list[:size]
	}
	err := s.Emit(NonNil(list), func(w io.Writer) {
		for _, x := range list {
			text(w, x)
		}
	})
	if err == nil && cut {
		s.More(total, id(list[size-1]))
	}
	return err
}

// SawUsage explains --saw, which edits take.
const SawUsage = "the act you have seen as the newest; refused when there is a newer one"

// ActText is how the newest act about an object is shown, for --saw; -1 is none.
func ActText(act int64) string {
	if act < 0 {
		return ""
	}
	return fmt.Sprintf("act %d", act)
}
