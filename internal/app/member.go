package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"heed/internal/fault"
	"heed/internal/keys"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/vault"
)

func (a *App) appendMember(tx *store.Tx, m keys.Member, by ledger.Actor) error {
	_, err := ledger.Append(tx, ledger.Act{Kind: nounOf(m.Role) + ".added", By: by, Object: m.ID, Version: m.Public()})
	return err
}

func costOf(c keys.Cost) keys.Cost {
	if c == (keys.Cost{}) {
		return keys.DefaultCost
	}
	return c
}

// AddMember gives another person keys of their own, and answers how many sealed values
// were wrapped for a new custodian. The key file comes first, then the roster, then the
// act, then the wrapping; what a crash cuts off, the next opening by a custodian finishes.
func (a *App) AddMember(ctx context.Context, n keys.New) (m keys.Member, rewrapped int, err error) {
	if err := a.mayChangeMembers(); err != nil {
		return m, 0, err
	}
	if err := a.refuseSealed(ctx, n.Handle); err != nil {
		return m, 0, err
	}
	n.Cost = costOf(n.Cost)
	if err := a.mayRewrap(ctx, n.Role); err != nil {
		return m, 0, err
	}
	if m, err = a.member.Add(a.c.path(keysDir), n, a.c.Clock()); err != nil {
		return m, 0, err
	}
	rewrapped, err = a.admitted(ctx, m)
	return m, rewrapped, err
}

// AddRecoveryKey makes one more recovery key and wraps what is sealed for it too. The words
// are nowhere else.
func (a *App) AddRecoveryKey(ctx context.Context) (m keys.Member, words keys.Words, err error) {
	if err := a.mayChangeMembers(); err != nil {
		return m, words, err
	}
	if err := a.mayRewrap(ctx, keys.Recovery); err != nil {
		return m, words, err
	}
	if m, words, err = a.member.AddRecovery(a.c.path(keysDir), a.c.Clock()); err != nil {
		return m, words, err
	}
	_, err = a.admitted(ctx, m)
	return m, words, err
}

// admitted takes down that somebody came, and opens what is sealed to a new custodian. The
// files are opened anew: from here on the rooms seal to the custodians of now.
func (a *App) admitted(ctx context.Context, m keys.Member) (rewrapped int, err error) {
	if err := a.db.Update(ctx, func(tx *store.Tx) error { return a.appendMember(tx, m, a.By()) }); err != nil {
		return 0, err
	}
	if err := errors.Join(a.closeFiles(), a.wire(ctx, nil)); err != nil || !opens(m.Role) {
		return 0, err
	}
	return a.vault.Rewrap(ctx, a.By(), a.c.Progress.of("wrapping seals"))
}

func (a *App) mayChangeMembers() error {
	if a.member.Role() != keys.Custodian {
		return fault.New(fault.Denied, "only a custodian can add a member or a key", "Nothing was written.", "Ask a custodian: heed user")
	}
	return nil
}

// mayRewrap refuses early what would leave seals that the newcomer cannot open, and in a
// two-person case what would let one custodian make up the second one.
func (a *App) mayRewrap(ctx context.Context, r keys.Role) error {
	if !opens(r) {
		return nil
	}
	return a.mayChangeCustodians(ctx)
}

// mayChangeCustodians wants two for changing who they are, once a two-person case has two
// or something is sealed in it. It binds who uses the program: one custodian's signature
// alone is good for the roster.
func (a *App) mayChangeCustodians(ctx context.Context) error {
	about, err := a.begun(ctx)
	if err != nil || !about.TwoPerson || a.second != nil && opens(a.second.Role()) {
		return err
	}
	items, err := a.Seals(ctx)
	if err != nil {
		return err
	}
	people := 0
	for _, m := range a.members {
		if m.Role == keys.Custodian {
			people++
		}
	}
	if len(items) == 0 && people < 2 {
		return nil
	}
	return fault.New(fault.Locked, "this case opens seals with two custodians, and two change who they are",
		"Nothing was written.", "Unlock a second custodian: --with HANDLE")
}

// rewrapIfBehind finishes what a crash cut off after a custodian came. Who cannot open
// seals leaves it to the next custodian. In a two-person case nothing is opened for
// anybody by the way: two rotate the keys, and see for whom.
func (a *App) rewrapIfBehind(ctx context.Context) error {
	n, err := a.vault.Behind(ctx)
	if err != nil || n == 0 || a.second != nil || a.member.Role() != keys.Custodian {
		return err
	}
	if _, err = a.vault.Rewrap(ctx, a.By(), a.c.Progress.of("wrapping seals")); fault.KindOf(err) == fault.Locked {
		return nil
	}
	return err
}

// refuseSealed keeps a handle, which is published with its signatures and can never be
// changed, from being the name of somebody who is sealed.
func (a *App) refuseSealed(ctx context.Context, handle string) error {
	// Of nothing nobody needs to ask: a two-person case gets its second one before it has two.
	if items, err := a.Seals(ctx); err != nil || len(items) == 0 {
		return err
	}
	found, err := a.vault.Leaks(ctx, a.By(), "naming a member", vault.Query{Text: []byte(handle)})
	if err == nil && len(found) > 0 {
		err = fault.New(fault.Refused, "this handle holds something that is sealed", "Nothing was written.",
			"Handles are published with signatures; choose one that has nothing to do with the case.")
	}
	return err
}

// ChangePassphrase gives the acting member's key file a new passphrase. Older copies of
// the file still open with the old one.
func (a *App) ChangePassphrase(ctx context.Context, old, passphrase []byte, cost keys.Cost) error {
	if err := keys.ChangePassphrase(a.c.path(keysDir), a.member.ID(), old, passphrase, costOf(cost)); err != nil {
		return err
	}
	// Crash here: the new passphrase holds and no act says since when.
	return a.db.Update(ctx, func(tx *store.Tx) error {
		_, err := ledger.Append(tx, ledger.Act{Kind: "member.passphrase-changed", By: a.By(), Object: a.member.ID()})
		return err
	})
}

// finishMembers takes down the acts of members whose line in the roster a crash cut off
// from its act, in the name of the custodian who signed it.
func (a *App) finishMembers(ctx context.Context) error {
	missing, err := store.Read(ctx, a.db, func(tx *store.Tx) (missing []keys.Member, err error) {
		for _, m := range a.members {
			known, err := ledger.Known(tx, m.ID)
			if err != nil {
				return nil, err
			}
			if !known {
				missing = append(missing, m)
			}
		}
		return missing, nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	by, err := a.member.AdmittedBy(a.c.path(keysDir))
	if err != nil {
		return err
	}
	return a.db.Update(ctx, func(tx *store.Tx) error {
		for _, m := range missing {
			if err := a.appendMember(tx, m, ledger.Actor{Member: by[m.ID]}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Members lists the people of the case and its recovery keys, in the order of their ids.
func (a *App) Members() []keys.Member { return a.members }

// VerifierKeys lists the people's note verifier keys: what a reader needs to check a
// signature, and should get from somewhere else than the bundle.
func (a *App) VerifierKeys() (vkeys []string) {
	for _, m := range a.members {
		if m.Role != keys.Recovery {
			vkeys = append(vkeys, m.VerifierKey)
		}
	}
	return vkeys
}

// signers lists every verifier key that a member or a recovery key of this case has had:
// a checkpoint of long ago may be signed by somebody who has gone, or by a key that was
// lost. They come from the ledger, which Check holds against its tree.
func (a *App) signers(tx *store.Tx) (vkeys []string, err error) {
	removed, err := a.member.Removed(a.c.path(keysDir))
	if err != nil {
		return nil, err
	}
	ids := removed
	for _, m := range a.members {
		ids = append(ids, m.ID)
	}
	for _, id := range ids {
		past, err := ledger.History(tx, id)
		if err != nil {
			return nil, err
		}
		for _, p := range past {
			var v struct {
				VerifierKey string `json:"verifier_key"`
			}
			if json.Unmarshal(p.JSON, &v) == nil && v.VerifierKey != "" && !slices.Contains(vkeys, v.VerifierKey) {
				vkeys = append(vkeys, v.VerifierKey)
			}
		}
	}
	return vkeys, nil
}

// roster is the key directory as the ledger sees it: who the members are.
type roster struct{ members []keys.Member }

func (r roster) IDs(*store.Tx) (ids []string, err error) {
	for _, m := range r.members {
		ids = append(ids, m.ID)
	}
	return ids, nil
}

func (r roster) Version(_ *store.Tx, id string) (any, error) {
	for _, m := range r.members {
		if m.ID == id {
			return m.Public(), nil
		}
	}
	return nil, fault.New(fault.NotFound, "there is no member "+id, "", "")
}
