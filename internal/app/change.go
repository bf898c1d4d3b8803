package app

import (
	"slices"

	"heed/internal/keys"
)

// EveryRecoveryKey names all recovery keys there are, among those that a change removes.
const EveryRecoveryKey = "every recovery key"

// byID puts ids in place of handles, by which a change may name people too. A name that
// nobody has stays, and is not found.
func byID(c keys.Change, members []keys.Member) keys.Change {
	id := func(name string) string {
		for _, m := range members {
			if m.Handle == name {
				return m.ID
			}
		}
		return name
	}
	out := keys.Change{Recovery: c.Recovery, Roles: map[string]keys.Role{}, Replace: map[string]keys.New{}}
	for _, name := range c.Remove {
		if name != EveryRecoveryKey {
			out.Remove = append(out.Remove, id(name))
			continue
		}
		for _, m := range members {
			if m.Role == keys.Recovery {
				out.Remove = append(out.Remove, m.ID)
			}
		}
	}
	for name, role := range c.Roles {
		out.Roles[id(name)] = role
	}
	for name, n := range c.Replace {
		out.Replace[id(name)] = n
	}
	return out
}

// gone lists who was there before and is not now.
func gone(before, after []keys.Member) (out []keys.Member) {
	for _, m := range before {
		if !slices.ContainsFunc(after, func(n keys.Member) bool { return n.ID == m.ID }) {
			out = append(out, m)
		}
	}
	return out
}
