package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"heed/internal/fault"
)

// Tx is one transaction. All that is written in it happened at Now.
type Tx struct {
	Now   time.Time // UTC, whole microseconds
	ctx   context.Context
	sql   *sql.Tx
	acted bool

	// Statements that this transaction ran before. SQLite takes longer to read a short
	// statement than to run it, and an act is eight of them.
	stmts map[string]*sql.Stmt
	times map[string]int
}

// prepared returns the statement of a query that was run three times before, nil till then:
// a transaction of one act runs nothing often enough to be worth it.
func (tx *Tx) prepared(query string) *sql.Stmt {
	if s := tx.stmts[query]; s != nil {
		return s
	}
	if tx.times == nil {
		tx.times, tx.stmts = map[string]int{}, map[string]*sql.Stmt{}
	}
	if tx.times[query]++; tx.times[query] <= often || len(tx.stmts) == maxStmts {
		return nil
	}
	s, err := tx.sql.PrepareContext(tx.ctx, query)
	if err != nil {
		return nil // running it says why
	}
	tx.stmts[query] = s
	return s
}

const (
	often    = 3  // times that a query is run before its statement is kept
	maxStmts = 64 // that are kept; queries with as many question marks as ids are many
)

// told explains an error. Whatever fails once ctx has ended fails for that: database/sql
// rolls back and closes what is in use, in whatever order.
func told(ctx context.Context, err error) error {
	if end := ctx.Err(); end != nil && err != nil && fault.KindOf(err) == 0 && !errors.Is(err, end) {
		return fmt.Errorf("%w: %w", end, err)
	}
	return Explain(err)
}

// View runs fn in a transaction that cannot write.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	t, err := db.sql.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return txFault("beginning to read", err)
	}
	defer t.Rollback()
	return told(ctx, fn(&Tx{Now: db.now(), ctx: ctx, sql: t}))
}

// Read runs fn in a View and returns what it read.
func Read[T any](ctx context.Context, db *DB, fn func(*Tx) (T, error)) (v T, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		v, err = fn(tx)
		return err
	})
	return v, err
}

// Update runs fn as the only writer and commits what it wrote. When fn fails, or
// when it changed rows without an act, nothing is kept.
//
// A crash before the commit returns leaves the state from before fn; after it, the
// WAL frames are synced and the next opening finds them.
func (db *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	t, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return txFault("beginning to write", err)
	}
	defer t.Rollback()
	tx := &Tx{Now: db.now(), ctx: ctx, sql: t}
	before, err := tx.changes()
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return told(ctx, err)
	}
	after, err := tx.changes()
	if err != nil {
		return err
	}
	if after != before && !tx.acted && !db.unledgered {
		return ErrNoAct
	}
	if err := t.Commit(); err != nil {
		return txFault("committing", err)
	}
	return db.replaced()
}

func (db *DB) now() time.Time { return db.clock().UTC().Truncate(time.Microsecond) }

// Exec runs a statement. Arguments stand in for the question marks.
func (tx *Tx) Exec(query string, args ...any) (sql.Result, error) {
	if s := tx.prepared(query); s != nil {
		return s.ExecContext(tx.ctx, args...)
	}
	return tx.sql.ExecContext(tx.ctx, query, args...)
}

// Query runs a query for many rows.
func (tx *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	return tx.sql.QueryContext(tx.ctx, query, args...)
}

// QueryRow runs a query for one row; Scan answers sql.ErrNoRows when there is none.
func (tx *Tx) QueryRow(query string, args ...any) *sql.Row {
	if s := tx.prepared(query); s != nil {
		return s.QueryRowContext(tx.ctx, args...)
	}
	return tx.sql.QueryRowContext(tx.ctx, query, args...)
}

// Context is the context the transaction runs under.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Acted tells the engine that this transaction holds an act. Only the ledger calls it.
func (tx *Tx) Acted() { tx.acted = true }

// Each runs a query and calls scan for every row.
func (tx *Tx) Each(query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
