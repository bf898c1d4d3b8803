package ledger

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// erased holds the data keys against the acts that destroyed some of them.
func (c *checker) erased() error {
	for _, name := range slices.Sorted(maps.Keys(c.subjects)) {
		s := c.subjects[name]
		switch {
		case s.missing && !s.destroyed:
			c.report(name, "its data key is missing, and no act destroyed it")
		case s.missing && s.left:
			c.report(name, "its data key was destroyed, but versions under it are still there")
		case s.destroyed && !s.missing:
			// Also the key of a subject that only a forged act could have given a new one.
			if _, err := findKey(c.tx, name); err == nil {
				c.report(name, "an act destroyed its data key, which is still there")
			}
		}
	}
	return nil
}

// strays finds rows that no entry leads to.
func (c *checker) strays() error {
	var versions int64
	if err := c.tx.QueryRow("SELECT count(*) FROM ledger_version").Scan(&versions); err != nil {
		return fmt.Errorf("counting versions: %w", err)
	}
	if versions != c.versions {
		c.report("versions", strconv.FormatInt(versions-c.versions, 10)+" stand beside no entry")
	}
	return c.tx.Each("SELECT subject FROM ledger_key ORDER BY subject", nil, func(rows *sql.Rows) error {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if s := c.subjects[name]; s == nil || !s.needed && !s.destroyed {
			c.report("data keys", "one belongs to no entry")
		}
		return nil
	})
}

// counters holds each counter against the ids that acts name: a lower one would give an
// id twice, and a higher one, or one too many, was not counted by an act.
func (c *checker) counters() error {
	counted := map[string]bool{}
	err := c.tx.Each("SELECT prefix, n FROM ledger_counter ORDER BY prefix", nil, func(rows *sql.Rows) error {
		var prefix string
		var n int64
		if err := rows.Scan(&prefix, &n); err != nil {
			return err
		}
		counted[prefix] = true
		if n != c.ids[prefix] {
			c.report("counter "+prefix, "it does not stand at the newest id that an act names")
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, prefix := range slices.Sorted(maps.Keys(c.ids)) {
		// The roster of members gives the ids of people and recovery keys, and keeps no counter here.
		if !counted[prefix] && prefix != "M-" && prefix != "K-" {
			c.report("counter "+prefix, "it is missing")
		}
	}
	return nil
}

// numbered takes an id apart into the counter that gave it and its number.
func numbered(id string) (counter string, n int64, ok bool) {
	i := strings.IndexFunc(id, func(r rune) bool { return r < 'A' || r > 'Z' })
	if i <= 0 {
		return "", 0, false
	}
	counter, digits := id[:i], id[i:]
	if digits[0] == '-' {
		counter, digits = id[:i+1], id[i+1:]
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return counter, n, err == nil && n > 0
}
