package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
)

func (s *session) historyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "history ID",
		Short: "show every act about one thing, and what each changed",
		Long: `Show all acts about an object: a source, a claim, a member, or anything else with an id. Under
each act stand the fields that it set or changed. What is sealed is not shown.

  heed history F-01
  heed history S-001 --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				acts, err := pastOf(c.Context(), a, partsOf(args[0])...)
				if err != nil {
					return err
				}
				return s.Emit(acts, func(w io.Writer) { printHistory(w, acts) })
			})
		},
	}
}

// partsOf names a source with the objects that belong to it alone: what is known of it, and
// its working text.
func partsOf(id string) []string {
	if !intake.ValidSource(id) {
		return []string{id}
	}
	return []string{id, id + ".source", id + ".text"}
}

// pastOf lists the acts about several objects, of which the first must be there, in the
// order of the ledger.
func pastOf(ctx context.Context, a *app.App, ids ...string) ([]pastLine, error) {
	out := []pastLine{}
	for i, id := range ids {
		past, err := a.History(ctx, id)
		if err != nil && (i == 0 || fault.KindOf(err) != fault.NotFound) {
			return nil, err
		}
		for _, p := range past {
			out = append(out, newPastLine(p))
		}
	}
	slices.SortFunc(out, func(x, y pastLine) int { return cmp.Compare(x.Seq, y.Seq) })
	return out, nil
}

type pastLine struct {
	logLine
	Holds  string          `json:"holds"`
	Erased bool            `json:"erased,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
}

func newPastLine(p ledger.Past) pastLine {
	return pastLine{newLogLine(p.Entry), string(p.Entry.Holds), p.Erased, p.JSON}
}

// printHistory shows of each version what differs from the one before.
func printHistory(w io.Writer, acts []pastLine) {
	before := map[string]map[string]json.RawMessage{}
	for _, a := range acts {
		fmt.Fprintln(w, a.text())
		switch {
		case a.Erased:
			fmt.Fprintln(w, "          erased: its key was destroyed")
		case a.Holds == string(ledger.State):
			now := membersOf(a.Body)
			printChanges(w, before[a.Object], now)
			before[a.Object] = now
		case a.Holds == string(ledger.Ended):
			fmt.Fprintln(w, "          ended with this act")
		default:
			printChanges(w, nil, membersOf(a.Body))
		}
	}
}

// membersOf reads the fields of an object; what is none has one field without a name.
func membersOf(body json.RawMessage) map[string]json.RawMessage {
	var out map[string]json.RawMessage
	if len(body) > 0 && json.Unmarshal(body, &out) != nil {
		out = map[string]json.RawMessage{"": body}
	}
	return out
}

func printChanges(w io.Writer, before, now map[string]json.RawMessage) {
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if string(before[name]) != string(now[name]) {
			fmt.Fprintf(w, "          %s: %s\n", console.Visible(name), plainJSON(name, now[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, stays := now[name]; !stays {
			fmt.Fprintf(w, "          %s: taken out\n", console.Visible(name))
		}
	}
}

// plainJSON is a text bare, an instant as such, and all else as JSON.
func plainJSON(name string, v json.RawMessage) string {
	var text string
	var micros int64
	switch {
	case json.Unmarshal(v, &text) == nil:
		return console.Visible(text)
	case strings.HasSuffix(name, "_at") && json.Unmarshal(v, &micros) == nil:
		return time.UnixMicro(micros).UTC().Format(time.RFC3339Nano)
	}
	return console.Visible(string(v))
}
