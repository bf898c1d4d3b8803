package followupcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"heed/internal/cli/console"
	"heed/internal/fault"
	"heed/internal/followup"
)

// importedInput is what became of one of several inputs: a report, or why there is none.
// It goes by its place among the arguments, since the name of a file may be a secret.
type importedInput struct {
	Input int `json:"input"` // from 1
	*followup.ImportReport
	Error *sentences `json:"error,omitempty"`
}

// sentences are an error as it stands in JSON.
type sentences struct {
	What string `json:"what"`
	Safe string `json:"safe"`
	Do   string `json:"do"`
}

func sentencesOf(err error) *sentences {
	var f *fault.Error
	if errors.As(err, &f) {
		return &sentences{f.What, f.Safe, f.Do}
	}
	return &sentences{What: err.Error()}
}

// importTotal adds up several imports. The rows are those of the inputs that did not fail.
type importTotal struct {
	Inputs    int `json:"inputs"`
	Imported  int `json:"imported"`
	Failed    int `json:"failed"`
	Rows      int `json:"rows"`
	New       int `json:"new"`
	Already   int `json:"already_here"`
	Same      int `json:"same"`
	Conflicts int `json:"conflicts"`
	LeftOut   int `json:"left_out"`
	Refused   int `json:"refused"`
	Positions int `json:"positions"`
}

func (t *importTotal) add(r followup.ImportReport) {
	t.Imported++
	t.Rows += r.Rows
	t.New += r.New
	t.Already += r.Already
	t.Same += r.Same
	t.Conflicts += r.Conflicts
	t.LeftOut += r.LeftOut
	t.Refused += r.Refused
	t.Positions += r.Positions
}

// importAll imports one input after the other. The report of each is printed as soon as it
// is in for good; under --json all come at the end. One that fails stops none behind it.
func (v *verbs) importAll(ctx context.Context, in Case, args []string, f importFlags, list *console.NewFile) error {
	total := importTotal{Inputs: len(args)}
	all := []importedInput{}
	var failed error
	for i, arg := range args {
		r, err := v.importOne(ctx, in, arg, f)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		place := fmt.Sprintf("input %d of %d", i+1, len(args))
		if err != nil {
			if failed == nil {
				failed = fmt.Errorf("%s: %w", place, err)
			}
			total.Failed++
			s := sentencesOf(err)
			all = append(all, importedInput{Input: i + 1, Error: s})
			v.Say("%s failed: %s. %s %s", place, s.What, s.Safe, s.Do)
			continue
		}
		total.add(r)
		all = append(all, importedInput{Input: i + 1, ImportReport: &r})
		if v.JSON {
			continue
		}
		if err := v.Emit(nil, func(w io.Writer) { io.WriteString(w, place+"\n"); printImport(w, r) }); err != nil {
			return err
		}
		v.besides(r, f)
	}
	answer := struct {
		Inputs []importedInput `json:"inputs"`
		Total  importTotal     `json:"total"`
	}{all, total}
	if err := v.Emit(answer, total.print); err != nil {
		return err
	}
	if list != nil {
		if err := writeProblemsOf(list, all); err != nil {
			return err
		}
	}
	return total.status(failed, f.dryRun)
}

func (t importTotal) print(w io.Writer) {
	fmt.Fprintf(w, "%s: %d imported, %d failed\n", console.Counted(t.Inputs, "input"), t.Imported, t.Failed)
	printClasses(w, followup.ImportReport{New: t.New, Already: t.Already, Same: t.Same, Conflicts: t.Conflicts, LeftOut: t.LeftOut, Refused: t.Refused})
}

// status is an error unless every row of every input was taken. first is why the first of
// those failed that did.
func (t importTotal) status(first error, dryRun bool) error {
	var what []string
	switch {
	case first != nil && t.Failed == t.Inputs:
		return first
	case t.Failed > 0:
		what = append(what, fmt.Sprintf("%d of %d inputs failed", t.Failed, t.Inputs))
	}
	if t.Refused > 0 {
		what = append(what, fmt.Sprintf("%d of %d rows were refused", t.Refused, t.Rows))
	}
	if what == nil {
		return nil
	}
	safe := "The others are in the case."
	if dryRun {
		safe = "Nothing was written."
	}
	return console.Exit(console.ExitPartly, fault.New(fault.Invalid, strings.Join(what, ", and "), safe,
		"See above what was wrong with each, and import those again."))
}

// writeProblemsOf writes one problem in a line, behind the place of its input. An input that
// failed is one problem, of no row.
func writeProblemsOf(list *console.NewFile, all []importedInput) error {
	var b strings.Builder
	b.WriteString("input\t" + problemHead)
	for _, x := range all {
		if x.Error != nil {
			fmt.Fprintf(&b, "%d\t\t\tfailed\t%s\t\n", x.Input, x.Error.What)
			continue
		}
		for _, p := range x.Problems {
			fmt.Fprintf(&b, "%d\t%s", x.Input, problemRow(p))
		}
	}
	return commit(list, &b)
}
