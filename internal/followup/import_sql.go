package followup

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"io"

	"heed/internal/fault"
	"heed/internal/followup/table"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// ImportRequest says what is imported, and how.
type ImportRequest struct {
	Source   string // the original that the table is; "" in a dry run only
	Format   table.Format
	Encoding string // of a CSV file; "" looks at the bytes
	DryRun   bool
	Progress func(step string, done, total int64) // may be nil

	// Body writes the bytes of the table; it is asked twice. Of an original it is
	// intake's ReadBytes.
	Body func(w io.Writer) error
}

func (r ImportRequest) tell(step string, done, total int) {
	if r.Progress != nil {
		r.Progress(step, int64(done), int64(total))
	}
}

// rowsAtOnce is how many rows are committed at once. Each commit is whole: an import that
// was interrupted goes on where it stopped, since the rows before are known by their keys.
const rowsAtOnce = 2000

// Import takes the rows of a table as recommendations, each with the position that the
// table codes. It goes through the file twice: the first time to see that it is whole and
// is the original, the second to write. A row that is here already is not written again,
// and when none is new there is no act. A dry run writes nothing and reports the same.
//
// Crash here: what was committed stands; the same import again goes on from there.
func (r *Room) Import(ctx context.Context, by ledger.Actor, req ImportRequest) (ImportReport, error) {
	report := ImportReport{Source: req.Source, DryRun: req.DryRun, Problems: []RowProblem{}}
	if err := r.importable(ctx, req, &report); err != nil {
		return report, err
	}
	hash := sha256.New()
	reading, err := eachRow(req, hash, func(row table.Row) error {
		if row.N%rowsAtOnce == 0 {
			req.tell("reading the table", row.N, 0)
		}
		return ctx.Err()
	})
	if err != nil {
		return report, err
	}
	if err := r.original(ctx, req.Source, hash.Sum(nil)); err != nil {
		return report, err
	}
	report.Reading = reading
	im := &importer{format: req.Format, source: req.Source, seen: map[string][]standing{}}
	var chunk []candidate
	_, err = eachRow(req, io.Discard, func(row table.Row) error {
		if chunk = append(chunk, im.candidate(row)); len(chunk) < rowsAtOnce {
			return nil
		}
		err := r.importChunk(ctx, by, im, chunk, &report)
		chunk = chunk[:0]
		req.tell("importing", report.Rows, reading.Rows)
		return err
	})
	if err == nil {
		err = r.importChunk(ctx, by, im, chunk, &report)
	}
	if err != nil {
		return report, report.partly(err)
	}
	if report.Sum() != reading.Rows || report.Rows != reading.Rows {
		return report, errors.New("internal error: the rows of an import do not add up")
	}
	return report, nil
}

// importable refuses what cannot be imported before anything is read.
func (r *Room) importable(ctx context.Context, req ImportRequest, report *ImportReport) error {
	if req.Source == "" {
		if req.DryRun {
			return nil
		}
		return fault.New(fault.Refused, "what is imported must be an original of the case", "Nothing was written.", "Take it in first: heed add FILE")
	}
	return r.db.View(ctx, func(tx *store.Tx) error {
		if _, err := intake.ReadKept(tx, req.Source); err != nil {
			return err
		}
		source, err := record.ReadSource(tx, req.Source)
		report.Dated = source.Date
		return err
	})
}

// original refuses bytes that are not those of the original.
func (r *Room) original(ctx context.Context, source string, sum []byte) error {
	if source == "" {
		return nil
	}
	return r.db.View(ctx, func(tx *store.Tx) error {
		o, err := intake.ReadKept(tx, source)
		if err == nil && o.SHA256 != hex.EncodeToString(sum) {
			err = fault.New(fault.Conflict, "this file is not the original "+source, "Nothing was written.", "Take it in as one of its own: heed add FILE")
		}
		return err
	})
}

// eachRow reads the table once; what is read goes to seen too.
func eachRow(req ImportRequest, seen io.Writer, yield func(table.Row) error) (table.Reading, error) {
	from, to := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := req.Body(io.MultiWriter(to, seen))
		to.CloseWithError(err)
		written <- err
	}()
	reading, err := table.Read(from, table.Options{Format: req.Format, Encoding: req.Encoding}, yield)
	if err == nil {
		_, err = io.Copy(io.Discard, from) // what a reader leaves unread belongs to the file too
	}
	from.CloseWithError(errStopped)
	if werr := <-written; werr != nil && !errors.Is(werr, errStopped) {
		return reading, werr // the bytes themselves; err only says that they ended
	}
	return reading, err
}

var errStopped = errors.New("no more of the file is needed")

// importChunk judges some rows and writes those that are new, all or none. Where nothing
// is new, nobody's turn to write is taken.
func (r *Room) importChunk(ctx context.Context, by ledger.Actor, im *importer, chunk []candidate, report *ImportReport) error {
	if err := ctx.Err(); err != nil || len(chunk) == 0 {
		return err
	}
	var judged *judgedChunk
	look := func(tx *store.Tx) error {
		there, err := standingsOf(tx, chunk)
		judged = im.judge(chunk, there)
		return err
	}
	err := r.db.View(ctx, look)
	if err == nil && judged.writes && !report.DryRun {
		err = r.db.Update(ctx, func(tx *store.Tx) error {
			// Once more: somebody else may have imported meanwhile.
			if err := look(tx); err != nil {
				return err
			}
			return judged.write(tx, by, im.source, chunk)
		})
	}
	if err == nil {
		im.done(chunk, judged, report)
	}
	return err
}

// standingsOf finds the recommendations that have the keys of these rows.
func standingsOf(tx *store.Tx, chunk []candidate) (map[string][]standing, error) {
	var keys []string
	for _, c := range chunk {
		if c.rec.Key != "" {
			keys = append(keys, c.rec.Key)
		}
	}
	there := map[string][]standing{}
	condition, list := within("body ->> '$.key'", keys)
	err := tx.Each("SELECT id, body ->> '$.key', coalesce(body ->> '$.digest', '') FROM recommendation WHERE "+condition+
		" AND body ->> '$.key' IS NOT NULL ORDER BY length(id), id", []any{list}, func(rows *sql.Rows) error {
		var key string
		var s standing
		err := rows.Scan(&s.of, &key, &s.digest)
		there[key] = append(there[key], s)
		return err
	})
	return there, err
}

// write takes down those rows that are recommendations of their own.
func (j *judgedChunk) write(tx *store.Tx, by ledger.Actor, source string, chunk []candidate) error {
	if _, err := intake.ReadKept(tx, source); err != nil {
		return err
	}
	for i, c := range chunk {
		if !j.all[i].written() {
			continue
		}
		rec := c.rec
		var err error
		if rec.ID, err = ledger.NewID(tx, "R", 2); err != nil {
			return err
		}
		rec.By, rec.At = by.Member, store.Micros(tx.Now)
		act := ledger.Act{Kind: "recommendation.imported", By: by, Object: rec.ID, Subject: source, Version: rec}
		if err := recommendations.Keep(tx, act); err != nil {
			return err
		}
		j.first, j.last = cmp.Or(j.first, rec.ID), rec.ID
		if c.pos == nil {
			continue
		}
		if _, err := keepImportedPosition(tx, by, rec, *c.pos); err != nil {
			return err
		}
	}
	return nil
}
