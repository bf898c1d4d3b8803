package vault

import (
	"crypto/sha256"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"filippo.io/age"

	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
)

// abandon does what a crash between row and reference does: the transaction is lost.
func abandon(t *testing.T, v *Vault, x *Prepared) {
	t.Helper()
	stop := errors.New("stop")
	err := v.caseDB.Update(t.Context(), func(tx *store.Tx) error {
		if _, err := v.Keep(tx, amina, x, "S-001"); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
}

func prepare(t *testing.T, v *Vault, value string) *Prepared {
	t.Helper()
	x, err := v.Prepare(t.Context(), seal.Original, strings.NewReader(value))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Drop() })
	return x
}

func sweep(t *testing.T, v *Vault, want int) {
	t.Helper()
	if n, err := v.Sweep(t.Context()); n != want || err != nil {
		t.Errorf("swept %d, %v; want %d", n, err, want)
	}
}

func TestSweepRemovesOrphansOnly(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Original, "S-001", []byte("kept"))
	lost := prepare(t, v, "lost")
	abandon(t, v, lost)
	if got := problems(t, v); len(got) != 0 {
		t.Errorf("an orphan that the next opening sweeps is no problem: %v", got)
	}
	again := prepare(t, v, "lost")
	if got, ok := again.Existing(); ok {
		t.Errorf("the orphan is taken for a sealed value: %s", got)
	}
	again.Drop()
	lost.Drop()
	if n := len(p.blobs(t)); n != 2 {
		t.Errorf("%d blobs before sweeping, want 2", n)
	}
	sweep(t, v, 2) // a row and a blob
	sweep(t, v, 0)
	if n := len(p.blobs(t)); n != 1 {
		t.Errorf("%d blobs after sweeping, want 1", n)
	}
	if got, _ := unseal(t, v, ref); string(got) != "kept" {
		t.Errorf("what was kept reads %q", got)
	}
	if got := problems(t, v); len(got) != 0 {
		t.Errorf("problems: %v", got)
	}
}

// A value that is being sealed while another process sweeps is left alone.
func TestSweepLeavesThePreparedAlone(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	x := prepare(t, v, "on its way")
	sweep(t, v, 0)
	abandon(t, v, x)
	sweep(t, v, 1) // the row; the blob is still held
	var ref seal.Ref
	err := p.db.Update(t.Context(), func(tx *store.Tx) (err error) {
		ref, err = v.Keep(tx, amina, x, "S-001")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	x.Drop()
	sweep(t, v, 0)
	if got, _ := unseal(t, v, ref); string(got) != "on its way" {
		t.Errorf("it reads %q", got)
	}
}

// The same id can be given again after a transaction was lost. The values stay apart.
func TestOrphanAndValueOfTheSameRef(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	x := prepare(t, v, "lost, and called E-0001")
	abandon(t, v, x)
	x.Drop()
	ref := keep(t, v, seal.Original, "S-001", []byte("kept, and called E-0001"))
	if ref != "E-0001" {
		t.Fatalf("ref %s", ref)
	}
	sweep(t, v, 2)
	if got, _ := unseal(t, v, ref); string(got) != "kept, and called E-0001" {
		t.Errorf("it reads %q", got)
	}
}

// An older store put beside the vault must not make the vault throw away what was sealed.
func TestSweepKeepsWhatTheStoreForgot(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	keep(t, v, seal.Original, "S-001", []byte("a testimony"))
	sweep(t, v, 0)
	behind(t, p.db, "DELETE FROM vault_reference")
	sweep(t, v, 0)
	if n := len(p.blobs(t)); n != 1 {
		t.Errorf("%d blobs, want 1", n)
	}
	for _, x := range problems(t, v) {
		if x.Place == vaultObject {
			return
		}
	}
	t.Errorf("check says nothing: %v", problems(t, v))
}

const (
	crashDir       = "HEED_TEST_VAULT_DIR"
	crashRecipient = "HEED_TEST_VAULT_RECIPIENT"
)

// A process is killed after the vault's row is on the disk and before the case's store
// has committed. What was acknowledged is there, the ledger verifies, the rest is swept.
func TestKilledBetweenRowAndReference(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Original, "S-001", []byte("acknowledged"))
	v.Close()
	p.db.Close()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledChild$")
	cmd.Env = append(os.Environ(), crashDir+"="+p.dir, crashRecipient+"="+p.who.Recipient().String())
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "row written") {
		t.Fatalf("the child was not killed where it should be: %v\n%s", err, out)
	}
	db, err := store.Open(t.Context(), storeConfig(p.dir, false))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p.db = db
	v = p.open(t, false)
	sweep(t, v, 2)
	if got := problems(t, v); len(got) != 0 {
		t.Errorf("problems: %v", got)
	}
	if got, _ := unseal(t, v, ref); string(got) != "acknowledged" {
		t.Errorf("it reads %q", got)
	}
}

func TestKilledChild(t *testing.T) {
	dir := os.Getenv(crashDir)
	if dir == "" {
		return // it does something only as a child of the test above
	}
	r, err := age.ParseHybridRecipient(os.Getenv(crashRecipient))
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), storeConfig(dir, false))
	if err != nil {
		t.Fatal(err)
	}
	p := place{dir: dir, db: db, who: newCustodian(t)}
	v := p.open(t, false, func(c *Config) { c.Custodians = []Custodian{{"M-01", r, r.String()}} })
	x := prepare(t, v, "not acknowledged")
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		if _, err := v.Keep(tx, ledger.Actor{Member: "M-02"}, x, "S-002"); err != nil {
			return err
		}
		os.Stdout.WriteString("row written\n")
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			return err
		}
		self.Kill()
		select {}
	})
	t.Fatal(err)
}

// The case that matters: nothing was opened since the value was sealed.
func TestSettledAtOnceIsNeverSwept(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	keep(t, v, seal.Original, "S-001", []byte("a testimony"))
	behind(t, p.db, "DELETE FROM vault_reference")
	sweep(t, v, 0)
	if n := len(p.blobs(t)); n != 1 {
		t.Errorf("%d blobs, want 1", n)
	}
}

// A vault's file that is older than the blobs beside it costs none of them either.
func TestSweepKeepsBlobsThatTheTableForgot(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	keep(t, v, seal.Original, "S-001", []byte("a testimony"))
	own(t, v, "DELETE FROM item")
	sweep(t, v, 0)
	if n := len(p.blobs(t)); n != 1 {
		t.Errorf("%d blobs, want 1", n)
	}
	found := false
	for _, x := range problems(t, v) {
		found = found || x.Place == vaultObject && strings.HasPrefix(x.What, "1 files lie there")
	}
	if !found {
		t.Errorf("check says nothing: %v", problems(t, v))
	}
}

func TestSettleNeedsKeep(t *testing.T) {
	p := newPlace(t)
	if err := prepare(t, p.open(t, true), "not kept").Settle(); err == nil {
		t.Error("settled what was not kept")
	}
}

// What was committed while check was already reading is no problem.
func TestCheckMeetsASealing(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	err := p.db.View(t.Context(), func(tx *store.Tx) error {
		if _, err := v.List(tx); err != nil { // from here on tx sees an empty case
			return err
		}
		keep(t, v, seal.Original, "S-001", []byte("sealed meanwhile"))
		got, err := v.Check(t.Context(), tx)
		if len(got) != 0 {
			t.Errorf("problems: %v", got)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFind(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Original, "S-001", []byte("a testimony"))
	keep(t, v, seal.Name, "S-001", []byte("a name"))
	for value, want := range map[string]seal.Ref{"a testimony": ref, "a name": "", "another": ""} {
		got, ok, err := v.Find(t.Context(), sha256.Sum256([]byte(value)))
		if got != want || ok != (want != "") || err != nil {
			t.Errorf("%s: %q, %v, %v", value, got, ok, err)
		}
	}
}
