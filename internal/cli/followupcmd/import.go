package followupcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/fault"
	"heed/internal/followup"
	"heed/internal/followup/table"
	"heed/internal/intake"
)

type importFlags struct {
	format, encoding, problems string
	dryRun                     bool
}

func (v *verbs) importCommand() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:   "import FILE|S-005 …",
		Short: "take the rows of a table as recommendations with their positions",
		Long: `Take each row of a table that others keep as a recommendation, with the position that its
editors coded. The file becomes an original of the case first; S-005 is one that is here.
Every row is accounted for, and one that is here already is not taken again: import a file
twice, a newer one, or one that was interrupted, and only what is new comes in.

  heed import upr_14-17.csv --dry-run        what would come of every row; writes nothing
  heed import upr_14-17.csv
  heed import S-005 --problems problems.tsv  all rows that somebody should look at, in a file
  heed import export.json --format uhri-json
  heed import upr_12.csv upr_13.csv upr_14.csv   several, one after the other

Of several each is taken for itself: one that fails leaves out no other, and the answer says
what became of each and of all. A dry run judges each by the case as it is now, and not by
the files before it.

Formats: upr-info (UPR Info's CSV), uhri-json and uhri-xlsx (the exports of the Universal
Human Rights Index). Encodings of a CSV file: utf-8, windows-1252, macintosh. Both are told
from the bytes where they tell, and the answer says what was read how.

` + console.Wrap("Columns of upr-info", table.UPRColumns()) + console.Wrap("Fields of uhri-json and columns of uhri-xlsx", table.UHRIFields()) + `
An imported position is the editors' coding, not the addressee's words. It counts from the
date of its source (heed source S-005 --date 2015-01), else from the day of the import.
A row whose key is here with other content becomes a recommendation of its own, and is named.
The status is 3 when rows were refused, or some of several inputs failed.

No import is undone as a whole: look at a dry run first. Rows are taken back one by one, the
position (heed undo PS-007) before its recommendation (heed undo R-05), and come in again
with their table. The answer names the first and the last recommendation of an import. Its
acts are of the kinds recommendation.imported and position.imported: the history of R-05 has
the number of one (heed history R-05), and the log the others (heed log --after N).`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if f.format != "" && !slices.Contains(table.Formats(), table.Format(f.format)) {
				return console.Usage(errors.New("--format is upr-info, uhri-json or uhri-xlsx"))
			}
			return v.open(c.Context(), func(in Case) error { return v.runImport(c.Context(), in, args, f) })
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.format, "format", "", "upr-info, uhri-json or uhri-xlsx; told from the file when left out")
	fl.StringVar(&f.encoding, "encoding", "", "of a CSV file: utf-8, windows-1252 or macintosh; told from the bytes when left out")
	fl.BoolVar(&f.dryRun, "dry-run", false, "write nothing, and report the same")
	fl.StringVar(&f.problems, "problems", "", "write every problem to this new file, one in a line, with tabs between")
	return c
}

func (v *verbs) runImport(ctx context.Context, in Case, args []string, f importFlags) (err error) {
	var list *console.NewFile
	if f.problems != "" {
		if list, err = console.CreateNew(f.problems); err != nil {
			return err
		}
		defer list.Drop()
	}
	if len(args) > 1 {
		return v.importAll(ctx, in, args, f, list)
	}
	report, err := v.importOne(ctx, in, args[0], f)
	if err != nil {
		return err
	}
	if list != nil {
		if err := writeProblems(list, report.Problems); err != nil {
			return err
		}
	}
	if err := v.Emit(report, func(w io.Writer) { printImport(w, report) }); err != nil {
		return err
	}
	v.besides(report, f)
	return refused(report)
}

// importOne imports one table.
func (v *verbs) importOne(ctx context.Context, in Case, arg string, f importFlags) (report followup.ImportReport, err error) {
	req := followup.ImportRequest{Format: table.Format(f.format), Encoding: f.encoding, DryRun: f.dryRun}
	if intake.ValidSource(arg) {
		err = v.fromSource(ctx, in, arg, &req)
	} else {
		var done func()
		done, err = v.fromFile(ctx, in, arg, &req)
		defer done()
	}
	if err != nil {
		return report, err
	}
	show, done := v.Watch()
	defer done()
	req.Progress = show
	return in.Followup.Import(ctx, in.By, req)
}

// fromSource imports an original that is here.
func (v *verbs) fromSource(ctx context.Context, in Case, id string, req *followup.ImportRequest) error {
	req.Source = id
	req.Body = func(w io.Writer) error {
		_, err := in.Intake.ReadBytes(ctx, id, w)
		return err
	}
	if req.Format != "" {
		return nil
	}
	// An original that is not here, or cannot be opened, says so itself.
	from, to := io.Pipe()
	go func() { to.CloseWithError(req.Body(to)) }()
	defer from.Close()
	head, err := io.ReadAll(io.LimitReader(from, table.Head))
	if err != nil {
		return err
	}
	return v.told(bytes.NewReader(head), req)
}

// fromFile looks at a file, so that a wrong one does not become an original, and takes it
// in. A dry run reads the file itself. done closes it.
func (v *verbs) fromFile(ctx context.Context, in Case, path string, req *followup.ImportRequest) (done func(), err error) {
	file, err := console.OpenFile(path)
	if err != nil {
		return func() {}, err
	}
	done = func() { file.Close() }
	again := func() error {
		_, err := file.Seek(0, io.SeekStart)
		return err
	}
	if req.Format == "" {
		if err := v.told(file, req); err != nil {
			return done, err
		}
	}
	req.Body = func(w io.Writer) error {
		if err := again(); err != nil {
			return err
		}
		_, err := io.Copy(w, file)
		return err
	}
	if req.DryRun {
		return done, nil
	}
	if err := again(); err != nil {
		return done, err
	}
	if _, err := table.Read(file, table.Options{Format: req.Format, Encoding: req.Encoding}, func(table.Row) error { return ctx.Err() }); err != nil {
		return done, err
	}
	if err := again(); err != nil {
		return done, err
	}
	var size int64
	if info, err := file.Stat(); err == nil {
		size = info.Size()
	}
	got, err := in.Intake.Add(ctx, in.By, intake.Incoming{Name: filepath.Base(path), Body: v.Watched(file, console.TakingIn, size)})
	if err != nil {
		return done, err
	}
	if got.Already {
		v.Say("The file is here already: %s", got.Original.ID)
	} else {
		v.Say("The file was taken in: %s", got.Original.ID)
	}
	return done, v.fromSource(ctx, in, got.Original.ID, req)
}

// told tells the format by how the file begins, and says so.
func (v *verbs) told(r io.Reader, req *followup.ImportRequest) error {
	var ok bool
	if req.Format, ok = table.Guess(r); !ok {
		return fault.New(fault.Invalid, "the file does not tell its format by how it begins", "Nothing was written.",
			"Check that it is the right file, and give --format upr-info, uhri-json or uhri-xlsx.")
	}
	v.Say("By how it begins, the file is read as %s.", req.Format)
	return nil
}

// shownProblems is how many are printed; the rest goes to a file or into the JSON.
const shownProblems = 10

// besides says what goes with a report and is no part of it.
func (v *verbs) besides(r followup.ImportReport, f importFlags) {
	if n := len(r.Problems) + r.More - shownProblems; n > 0 && f.problems == "" {
		v.Say("%d more to look at: write all to a file with --problems FILE, or print --json.", n)
	}
	if r.Positions > 0 && r.Dated == "" && !r.DryRun {
		v.Say("%s has no date, so its positions count from the day of this import. Give it: heed source %s --date 2015-01", r.Source, r.Source)
	}
}

// refused is the status of an import of which rows were refused.
func refused(r followup.ImportReport) error {
	if r.Refused == 0 {
		return nil
	}
	safe := "The others are in the case."
	if r.Refused == r.Rows {
		safe = "Nothing came in but the file itself."
	}
	if r.DryRun {
		safe = "Nothing was written."
	}
	return console.Exit(console.ExitPartly, fault.New(fault.Invalid, fmt.Sprintf("%d of %d rows were refused", r.Refused, r.Rows), safe,
		"See above what was wrong; mend the rows in a copy of the file and import that, or leave them."))
}

func printImport(w io.Writer, r followup.ImportReport) {
	head := r.Source
	if r.DryRun {
		head = console.Fields(r.Source, "dry run: nothing was written")
	}
	fmt.Fprintln(w, console.Fields(head, string(r.Reading.Format), console.Counted(r.Rows, "row")))
	printClasses(w, r)
	would, between := "", ""
	if r.DryRun {
		would = "would be "
	}
	if r.First != "" {
		between = ", " + r.First
	}
	if r.First != r.Last {
		between += " to " + r.Last
	}
	fmt.Fprintf(w, "%s%s%s: %d with a position, %d without a response, %d with a response that is none here\n",
		would, console.Counted(r.Taken(), "recommendation"), between, r.Positions, r.Unsaid, r.Unread)
	printReading(w, r.Reading)
	for _, p := range r.Problems[:min(len(r.Problems), shownProblems)] {
		fmt.Fprintln(w, problemLine(p))
	}
}

// printClasses says what became of the rows.
func printClasses(w io.Writer, r followup.ImportReport) {
	for _, line := range []struct {
		n    int
		what string
	}{{r.New, "new"}, {r.Already, "already here"}, {r.Same, "same as an earlier row of the file"},
		{r.Conflicts, "in conflict with another, taken as recommendations of their own"}, {r.LeftOut, "left out: no recommendations"}, {r.Refused, "refused"}} {
		fmt.Fprintf(w, "%9d  %s\n", line.n, line.what)
	}
	fmt.Fprintf(w, "%9d  in all\n", r.Sum())
}

// printReading says how the file was read: what was guessed, and by how much.
func printReading(w io.Writer, r table.Reading) {
	if e := r.Encoding; e.Name != "" && r.Format == table.UPRInfo {
		by := "as chosen"
		switch {
		case e.Beyond == 0:
			by = "no byte beyond ASCII"
		case !e.Given && e.Name == "utf-8":
			by = fmt.Sprintf("valid throughout, %d bytes beyond ASCII", e.Beyond)
		case !e.Given:
			by = fmt.Sprintf("told by %d of %d bytes beyond ASCII, %d speak against it", e.Decided, e.Beyond, e.Doubtful)
		}
		fmt.Fprintf(w, "encoding %s: %s\n", e.Name, by)
		fmt.Fprintf(w, "lines end in %s, cells are separated by %q\n", r.Ends, r.Separator)
		fmt.Fprintln(w, "a row is what one state asks another: of one paragraph of a report there can be several")
	}
	if r.Blank > 0 {
		fmt.Fprintf(w, "%s without anything, counted as none of the rows\n", console.Counted(r.Blank, "line"))
	}
	if r.Joined > 0 {
		fmt.Fprintf(w, "%s went into refused rows: a quote that does not close takes the rows behind it with it\n", console.Counted(r.Joined, "further line"))
	}
	if len(r.Left) > 0 {
		fmt.Fprintf(w, "columns that are not taken, where the file has them: %s\n", columnNames(r.Left))
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, n)
	}
}

// shownColumns is how many columns are named, and shownName how much of a name is printed.
const shownColumns, shownName = 12, 60

// columnNames lists the first of the names. The JSON has them all.
func columnNames(all []string) string {
	var names []string
	for _, n := range all[:min(len(all), shownColumns)] {
		if letters := []rune(n); len(letters) > shownName {
			n = string(letters[:shownName]) + "…"
		}
		names = append(names, n)
	}
	list := console.Visible(strings.Join(names, ", "))
	if more := len(all) - shownColumns; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

func problemLine(p followup.RowProblem) string {
	return console.Fields(fmt.Sprintf("row %d", p.Row), fmt.Sprintf("line %d", p.Line), p.Class, p.What, p.Of)
}

const problemHead = "row\tline\tclass\twhat\tof\n"

// problemRow is a problem as a line of a file.
func problemRow(p followup.RowProblem) string {
	return fmt.Sprintf("%d\t%d\t%s\t%s\t%s\n", p.Row, p.Line, p.Class, p.What, p.Of)
}

// writeProblems writes one problem in a line.
func writeProblems(list *console.NewFile, all []followup.RowProblem) error {
	var b strings.Builder
	b.WriteString(problemHead)
	for _, p := range all {
		b.WriteString(problemRow(p))
	}
	return commit(list, &b)
}

func commit(list *console.NewFile, b *strings.Builder) error {
	if _, err := io.WriteString(list, b.String()); err != nil {
		return err
	}
	return list.Commit()
}
