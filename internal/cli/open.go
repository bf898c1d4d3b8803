package cli

import (
	"context"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/cli/corroboratecmd"
	"heed/internal/cli/followupcmd"
	"heed/internal/cli/recordcmd"
	"heed/internal/cli/releasecmd"
	"heed/internal/fault"
	"heed/internal/keys"
)

// opened runs fn on the case with the acting member unlocked, and a second person where
// --with names one.
func (s *session) opened(ctx context.Context, fn func(*app.App) error) (err error) {
	if s.held != nil {
		return app.Explain(fn(s.held))
	}
	if err := s.named(); err != nil {
		return err
	}
	who, forget, err := s.people(false)
	defer forget()
	if err != nil {
		return err
	}
	c, done := s.config(s.Store)
	defer done()
	a, err := app.Open(ctx, c, who[0], who[1:]...)
	forget()
	if err != nil {
		return app.Explain(err)
	}
	defer func() {
		if cerr := a.Close(); err == nil {
			err = cerr
		}
	}()
	return app.Explain(fn(a))
}

// The verbs of the rooms stand in packages of their own and are handed what they may
// use: never the store, the keys or the vault.

func (s *session) openRecord(ctx context.Context, fn func(recordcmd.Case) error) error {
	return s.opened(ctx, func(a *app.App) error {
		return fn(recordcmd.Case{Intake: a.Intake, Record: a.Record, Corroborate: a.Corroborate, Followup: a.Followup, By: a.By(), Seal: a.Seal})
	})
}

func (s *session) openCorroborate(ctx context.Context, fn func(corroboratecmd.Case) error) error {
	return s.opened(ctx, func(a *app.App) error {
		return fn(corroboratecmd.Case{Record: a.Record, Corroborate: a.Corroborate, By: a.By()})
	})
}

func (s *session) openRelease(ctx context.Context, fn func(releasecmd.Case) error) error {
	return s.opened(ctx, func(a *app.App) error { return fn(releasecmd.Case{Release: a.Release, By: a.By()}) })
}

func (s *session) openFollowup(ctx context.Context, fn func(followupcmd.Case) error) error {
	return s.opened(ctx, func(a *app.App) error {
		return fn(followupcmd.Case{Intake: a.Intake, Record: a.Record, Followup: a.Followup, By: a.By()})
	})
}

// named refuses to go on without a case.
func (s *session) named() error {
	if s.Store == "" {
		return fault.New(fault.NoStore, "no case was named", "", "Name its directory: --store DIR, or set HEED_STORE. Make one with: heed init DIR")
	}
	return nil
}

// config is the case in dir; done ends the showing of progress.
func (s *session) config(dir string) (c app.Config, done func()) {
	show, done := s.Watch()
	return app.Config{Dir: dir, Clock: s.Clock, Progress: show}, done
}

// recoveryKey is what --with names a recovery key by, in place of a member.
const recoveryKey = "recovery"

// people takes the secrets of those who unlock: of the acting member, or with recovery
// the words of a recovery key in their place, and of the second person. forget is never nil.
func (s *session) people(recovery bool) (who []app.Who, forget func(), err error) {
	forget = func() {
		for _, w := range who {
			clear(w.Passphrase)
		}
	}
	first := app.Who{Member: s.As}
	switch {
	case recovery:
		first, err = s.byWords()
	default:
		first.Passphrase, err = s.Passphrase(s.PassphraseFile, "HEED_PASSPHRASE", "Passphrase: ")
	}
	if err != nil {
		return nil, forget, err
	}
	who = append(who, first)
	second := app.Who{Member: s.With}
	switch {
	case s.With == "":
		return who, forget, nil
	case s.With == recoveryKey:
		second, err = s.byWords()
	default:
		second.Passphrase, err = s.Take(console.Secret{What: "passphrase", File: s.WithFile, Flag: "--with-passphrase-file",
			Env: "HEED_WITH_PASSPHRASE", Prompt: "Passphrase of " + console.Visible(s.With) + ": "})
		second.Passphrase = console.FirstLine(second.Passphrase)
	}
	return append(who, second), forget, err
}

// byWords is whoever has the words of a recovery key.
func (s *session) byWords() (app.Who, error) {
	typed, err := s.Take(console.Secret{What: "recovery words", File: s.WordsFile, Flag: "--recovery-file", Env: "HEED_RECOVERY", Prompt: "Recovery words: "})
	if err != nil {
		return app.Who{}, err
	}
	defer clear(typed)
	w, err := keys.ParseWords(typed)
	return app.Who{Words: &w}, err
}
