package intake

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
)

// Sealer is the door to the vault, opened in one direction: this room can seal and
// cannot open. app hands in the vault.
type Sealer interface {
	// Prepare streams a value into the vault. Nothing refers to it before Keep.
	Prepare(ctx context.Context, kind seal.Kind, r io.Reader) (Sealing, error)
	// Find names the sealed original whose bytes have that SHA-256. What is sealed is
	// never taken in once more in the open.
	Find(ctx context.Context, sum [32]byte) (seal.Ref, bool, error)
}

// Sealing is a prepared value. Keep makes it durable and appends its act in tx, before
// it returns; Drop forgets it. Existing names the value when the same bytes are sealed
// already. Settle is told when that transaction was committed; an error of it undoes
// nothing, since the next sweep of the vault finishes it.
type Sealing interface {
	Keep(tx *store.Tx, by ledger.Actor, subject string) (seal.Ref, error)
	Settle() error
	Drop() error
	Existing() (seal.Ref, bool)
	Size() int64
}

// Incoming is one original at the door.
type Incoming struct {
	Name   string // as it was called, or empty; sealed along with a sealed original
	Body   io.Reader
	Sealed bool

	Custody []Custody // how it came here; written with it, or not at all when it is here already
}

// Added is the answer of Add.
type Added struct {
	Original Original
	Already  bool // the same bytes were here, or an open original is sealed already; nothing was written
	Text     *Text
	Custody  []Custody
}

// Add takes in one original. What it acknowledged lies encrypted on the disk, was
// read back and hashed again, and has its act in the ledger.
func (r *Room) Add(ctx context.Context, by ledger.Actor, in Incoming) (Added, error) {
	if err := validCustody(in.Custody); err != nil {
		return Added{}, err
	}
	if in.Sealed {
		return r.addSealed(ctx, by, in)
	}
	var key [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return Added{}, err
	}
	seen := new(opening)
	pending, err := r.blobs.Put(ctx, key, io.TeeReader(in.Body, seen))
	if err != nil {
		return Added{}, err
	}
	defer pending.Drop() // only lets go after Keep
	stat := pending.Stat()
	if stat.Size == 0 {
		return Added{}, errEmpty()
	}
	text, media, why := seen.read()
	var out Added
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		digest := hex.EncodeToString(stat.SHA256[:])
		if out, err = r.already(tx, digest, stat.SHA256); err != nil || out.Already {
			return err
		}
		o := Original{ReceivedAt: store.Micros(tx.Now), By: by.Member, Name: baseName(in.Name), Media: media,
			Size: stat.Size, SHA256: digest, NoText: why}
		if err := r.receive(tx, by, &out, o, text, blobRow{stat.Name, key[:], pending.Keep}); err != nil {
			return err
		}
		out.Custody, err = keepCustody(tx, by, out.Original.ID, in.Custody, nil)
		return err
	})
	if err != nil {
		return Added{}, err // what was written to out did not happen
	}
	if !out.Already {
		// The act is committed. What fails here is finished by the next Sweep.
		pending.Settle()
	}
	return out, nil
}

// already finds the same bytes, open or sealed. Bytes that are sealed must not come in
// once more in the open: there, their words would be no secret any more.
func (r *Room) already(tx *store.Tx, digest string, sum [32]byte) (Added, error) {
	o, err := readOriginalBy(tx, "sha256", digest)
	if err == nil {
		return Added{Original: o, Already: true}, nil
	}
	if fault.KindOf(err) != fault.NotFound {
		return Added{}, err
	}
	ref, ok, err := r.sealer.Find(tx.Context(), sum)
	if err != nil || !ok {
		return Added{}, err
	}
	if o, err = readOriginalBy(tx, "seal_original", string(ref)); err != nil {
		return Added{}, err
	}
	return Added{Original: o, Already: true}, nil
}

// blobRow is where the bytes of an open original lie.
type blobRow struct {
	name string
	key  []byte
	keep func() error
}

// receive writes the rows of one original and its acts. The blob gets its name before
// the commit. Crash here: a blob lies there that nobody refers to, and the next opening
// sweeps it.
func (r *Room) receive(tx *store.Tx, by ledger.Actor, out *Added, o Original, text *Text, b blobRow) error {
	if o.ID == "" {
		id, err := ledger.NewID(tx, "S", 3)
		if err != nil {
			return err
		}
		o.ID = id
	}
	if b.keep != nil {
		if err := b.keep(); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(`INSERT INTO original (id, received_at, by_member, name, media, size, sha256, no_text, seal_original, seal_name, blob, blob_key)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, o.ID, o.ReceivedAt, o.By, o.Name, o.Media, o.Size, o.SHA256, o.NoText,
		string(o.Original), string(o.FileName), b.name, b.key); err != nil {
		return fmt.Errorf("writing original %s: %w", o.ID, err)
	}
	if _, err := ledger.Append(tx, ledger.Act{Kind: "original.received", By: by, Object: o.ID, Subject: o.ID, Version: o}); err != nil {
		return err
	}
	out.Original = o
	if text == nil {
		return nil
	}
	text.Source = o.ID
	out.Text = text
	return freeze(tx, by, *text)
}

func errEmpty() error {
	return fault.New(fault.Invalid, "the file is empty", "Nothing was taken in.", "Check that it was copied whole, and add it again.")
}

// addSealed streams the bytes, the name and the notes into the vault, then writes the
// references.
func (r *Room) addSealed(ctx context.Context, by ledger.Actor, in Incoming) (out Added, err error) {
	sum := sha256.New()
	body, err := r.sealer.Prepare(ctx, seal.Original, io.TeeReader(in.Body, sum))
	if err != nil {
		return out, err
	}
	defer body.Drop() // lets go after Keep
	if body.Size() == 0 {
		return out, errEmpty()
	}
	name, notes, err := r.sealLabels(ctx, in)
	if err != nil {
		return out, err
	}
	defer drop(append(notes, name))
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if out, err = sealedAlready(tx, body, hex.EncodeToString(sum.Sum(nil))); err != nil || out.Already {
			return err
		}
		o, err := keepSealed(tx, by, body, name)
		if err != nil {
			return err
		}
		if err := r.receive(tx, by, &out, o, nil, blobRow{key: []byte{}}); err != nil {
			return err
		}
		out.Custody, err = keepCustody(tx, by, o.ID, in.Custody, notes)
		return err
	})
	if err != nil {
		return Added{}, err
	}
	if !out.Already {
		settle(append(notes, body, name)...)
	}
	return out, nil
}

// sealLabels puts the name of a sealed original, and what its custody says in words, into
// the vault beside its bytes.
func (r *Room) sealLabels(ctx context.Context, in Incoming) (name Sealing, notes []Sealing, err error) {
	if notes, err = r.sealNotes(ctx, in.Custody); err != nil || in.Name == "" {
		return nil, notes, err
	}
	if name, err = r.sealer.Prepare(ctx, seal.FileName, strings.NewReader(in.Name)); err != nil {
		drop(notes)
	}
	return name, notes, err
}

// sealedAlready finds the same bytes. Bytes that lie here in the open cannot be sealed by
// adding them again, and whoever asks for a seal must not believe that they got one.
func sealedAlready(tx *store.Tx, body Sealing, digest string) (Added, error) {
	if ref, ok := body.Existing(); ok {
		o, err := readOriginalBy(tx, "seal_original", string(ref))
		return Added{Original: o, Already: err == nil}, err
	}
	o, err := readOriginalBy(tx, "sha256", digest)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return Added{}, nil
	case err != nil:
		return Added{}, err
	}
	return Added{}, fault.New(fault.Conflict, "these bytes are here in the open already, as "+o.ID, "Nothing was sealed.",
		"If they must be sealed: heed key destroy "+o.ID+", and add them again. To leave them in the open: --open")
}

// settle tells sealings that they are committed. The act stands whatever they answer.
func settle(all ...Sealing) {
	for _, s := range all {
		if s != nil {
			s.Settle()
		}
	}
}

// keepSealed makes the sealed values part of the case. Their acts name the source, so
// its id is taken first.
func keepSealed(tx *store.Tx, by ledger.Actor, body, name Sealing) (o Original, err error) {
	o = Original{ReceivedAt: store.Micros(tx.Now), By: by.Member}
	if o.ID, err = ledger.NewID(tx, "S", 3); err != nil {
		return o, err
	}
	if o.Original, err = body.Keep(tx, by, o.ID); err != nil || name == nil {
		return o, err
	}
	o.FileName, err = name.Keep(tx, by, o.ID)
	return o, err
}

// Freeze gives a sealed original its working text: what a custodian wrote after
// replacing names and places. It can be done once; the text is open from then on.
func (r *Room) Freeze(ctx context.Context, by ledger.Actor, source string, body io.Reader) (Text, error) {
	text, err := readCustodians(body)
	if err != nil {
		return Text{}, err
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		o, err := ReadKept(tx, source)
		if err != nil {
			return err
		}
		if !o.Sealed() {
			return fault.New(fault.Conflict, o.ID+" is open and has the text it came with", "Nothing was changed.", "")
		}
		switch _, err := ReadText(tx, o.ID); fault.KindOf(err) {
		case fault.Withheld: // sealed, and without a text
		case 0:
			if err != nil {
				return err
			}
			return fault.New(fault.Conflict, o.ID+" has a working text, and a working text is frozen", "Nothing was changed.",
				"To put a corrected text beside it, with addresses of its own: heed add --again --text-of "+o.ID+" FILE")
		default:
			return err
		}
		text.Source = o.ID
		return freeze(tx, by, text)
	})
	if err != nil {
		return Text{}, err
	}
	return text, nil
}
