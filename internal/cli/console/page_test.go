package console

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// paged reads the flags of a long list.
func paged(args ...string) (p Page, err error) {
	f := pflag.NewFlagSet("rec", pflag.ContinueOnError)
	p.AddTo(f)
	return p, f.Parse(args)
}

// TestLimitBelowOneIsRefused: who means all of them by 0 or -1 gets no list of one.
func TestLimitBelowOneIsRefused(t *testing.T) {
	for _, bad := range []string{"0", "-1", "-200", "all", "", "1.5", "99999999999999999999"} {
		if _, err := paged("--limit", bad); err == nil || !strings.Contains(err.Error(), "--all") {
			t.Errorf("--limit %q: %v", bad, err)
		}
	}
	for _, tt := range []struct {
		args      string
		size, ask int
	}{{"", 200, 201}, {"--limit 1", 1, 2}, {"--limit 300", 300, 301}, {"--all", 0, 0}, {"--all --limit 3", 0, 0}} {
		if p, err := paged(strings.Fields(tt.args)...); err != nil || p.Size() != tt.size || p.Ask() != tt.ask {
			t.Errorf("%q reads %d, %d of them, %v", tt.args, p.Size(), p.Ask(), err)
		}
	}
	f := pflag.NewFlagSet("rec", pflag.ContinueOnError)
	(&Page{}).AddTo(f)
	if u := f.FlagUsages(); !strings.Contains(u, "--limit int") || !strings.Contains(u, "(default 200)") {
		t.Errorf("the help is\n%s", u)
	}
}

// TestCutListIsSaidInJSON: under --json the notice is an object on one line, as errors are,
// and standard output holds the list alone.
func TestCutListIsSaidInJSON(t *testing.T) {
	shown := func(asJSON bool, p Page) (string, string) {
		var out, msg bytes.Buffer
		s := &Session{Env: Env{Stdout: &out, Stderr: &msg}, JSON: asJSON}
		err := List(s, p, []string{"R-01", "R-02", "R-03"}, 7, func(id string) string { return id }, func(w io.Writer, id string) { io.WriteString(w, id+"\n") })
		if err != nil {
			t.Fatal(err)
		}
		return out.String(), msg.String()
	}
	const what = "This is not all: there are 7. The next ones: --after R-02; all of them: --all"
	if out, msg := shown(false, Page{Limit: 2}); out != "R-01\nR-02\n" || msg != what+"\n" {
		t.Errorf("as text: %q, %q", out, msg)
	}
	out, msg := shown(true, Page{Limit: 2})
	var list []string
	var got notice
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != 2 {
		t.Errorf("the list is %q, %v", out, err)
	}
	if err := json.Unmarshal([]byte(msg), &got); err != nil || got != (notice{what, 7, "R-02"}) || strings.Count(msg, "\n") != 1 {
		t.Errorf("the notice is %q, %v", msg, err)
	}
	if _, msg := shown(true, Page{Limit: 3}); msg != "" {
		t.Errorf("of a whole list it says %q", msg)
	}
}
