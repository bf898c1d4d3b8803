package record

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fault"
	"heed/internal/intake"
)

// prison is an open place whom every rule lets pass.
func prison() Place {
	return Place{Kind: "prison", Names: []Name{{Text: "Lenz prison"}}, Coordinates: &Coordinates{"41.123456", "75.654321"}, District: "Lenz", Region: "North"}.withDefaults()
}

func TestPlaceWords(t *testing.T) {
	if err := validPlace(prison()); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*Place){
		"no kind of place":      func(p *Place) { p.Kind = "cave" },
		"no precision":          func(p *Place) { p.Precision = "5km" },
		"no coordinates":        func(p *Place) { p.Coordinates = &Coordinates{"91", "0"} },
		"no status":             func(p *Place) { p.Statuses = []PlaceStatus{{Value: "secret"}} },
		"no date":               func(p *Place) { p.Statuses = []PlaceStatus{{Value: "closed", From: "lately"}} },
		"end before it":         func(p *Place) { p.Statuses = []PlaceStatus{{Value: "closed", From: "2030", To: "2029"}} },
		"district holds":        func(p *Place) { p.District = "a\nb" },
		"needs a name, or":      func(p *Place) { p.Names = nil },
		"letters of a name":     func(p *Place) { p.Names[0].Script = "Arab" },
		"belongs to no source":  func(p *Place) { p.Sealed = []Part{{Ref: "E-0001", What: NameProper}} },
		"nothing that can be":   func(p *Place) { p.Source, p.Sealed = "S-001", []Part{{Ref: "E-0001", What: "birth"}} },
		"place has no open nam": func(p *Place) { p.Protected, p.Source = true, "S-001" },
	} {
		p := prison()
		change(&p)
		refused(t, validPlace(p), fault.Invalid, what)
	}
}

// What is under seal is not said to be published to the point.
func TestSealedPlaceIsNotExact(t *testing.T) {
	p := prison()
	p.Source, p.Sealed, p.Precision = "S-001", []Part{{Ref: "E-0001", What: "coordinates"}}, Exact
	if err := validPlace(p); err != nil { // what stands open beside it may be
		t.Error(err)
	}
	p.Coordinates = nil
	refused(t, validPlace(p), fault.Invalid, "coordinates under seal")
	p.Sealed[0].What = "address"
	if err := validPlace(p); err != nil {
		t.Error(err)
	}
	p.Protected, p.Names, p.Sealed = true, nil, nil
	refused(t, validPlace(p), fault.Invalid, "not published to the point")
	for _, precision := range Precisions()[1:] {
		p.Precision = precision
		if err := validPlace(p); err != nil {
			t.Errorf("%s: %v", precision, err)
		}
	}
}

// A place that would point to a protected person has nothing open that says where it is.
func TestProtectedPlaceHasNothingOpen(t *testing.T) {
	house := Place{Kind: "home", Label: "a family house", Protected: true, Source: "S-001"}.withDefaults()
	if err := validPlace(house); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*Place){
		"no open name":        func(p *Place) { p.Names = prison().Names },
		"no open coordinates": func(p *Place) { p.Coordinates = prison().Coordinates },
		"needs a source":      func(p *Place) { p.Source = "" },
	} {
		p := house
		change(&p)
		refused(t, validPlace(p), fault.Invalid, what)
	}
}

func TestParseCoordinates(t *testing.T) {
	for _, good := range []string{"41.1234,75.5", "0,0", "-41.000001,-180", "90,180", "0.5,-0.5", "41.10,75"} {
		if c, err := ParseCoordinates(good); err != nil || c.String() != good {
			t.Errorf("%s: %s, %v", good, c, err)
		}
	}
	for _, bad := range []string{"", "41", "41,", ",75", "41;75", "91,0", "0,181", "90.000001,0", "0,-180.000001", "41.1234567,75", "+41,75", "041,75", "-0,75", "41.,75", ".5,75", "4e1,75",
		"41,75,1", "41 N,75 E", "４１,75", "-,1", "1-1,2", "0.+1,2"} {
		if c, err := ParseCoordinates(bad); err == nil {
			t.Errorf("%q was read as %s", bad, c)
		}
	}
}

func TestPublicPlace(t *testing.T) {
	p := prison()
	for precision, want := range map[Precision]Published{
		Exact:       {Exact, "41.123456", "75.654321", "Lenz", "North"},
		Hundred:     {Hundred, "41.123", "75.654", "Lenz", "North"},
		Kilometre:   {Kilometre, "41.12", "75.66", "Lenz", "North"},
		TenKm:       {TenKm, "41.1", "75.6", "Lenz", "North"},
		ByDistrict:  {ByDistrict, "", "", "Lenz", "North"},
		ByRegion:    {ByRegion, "", "", "", "North"},
		Unpublished: {Unpublished, "", "", "", ""},
	} {
		p.Precision = precision
		if got := p.Public(); got != want {
			t.Errorf("%s: %+v, want %+v", precision, got, want)
		}
	}
	// What is not decided is not published, and a word that is no precision publishes nothing.
	if got := (Place{Region: "North", Coordinates: p.Coordinates}).withDefaults().Public(); got != (Published{Precision: Unpublished}) {
		t.Errorf("by default: %+v", got)
	}
	if got := (Place{Region: "North", Coordinates: p.Coordinates, Precision: "all"}).Public(); got.Lat+got.Lon+got.Region != "" {
		t.Errorf("with another word: %+v", got)
	}
	for lat, want := range map[string]string{"-41.123456": "-41.1", "84.000001": "", "-0.04": "0.0", "0.05": "0.1", "41": "41"} {
		if got, _ := (Coordinates{lat, "0"}).rounded(TenKm); got != want {
			t.Errorf("%s: %s, want %s", lat, got, want)
		}
	}
}

// TestPublicPlaceIsNoMoreExactThanItsPrecision: it has no more digits than its precision
// allows and than were given, lies on one grid for all places of a cell, and each cell is
// at least as wide and high as the precision says, wherever on the earth.
func TestPublicPlaceIsNoMoreExactThanItsPrecision(t *testing.T) {
	metres := map[Precision]float64{Hundred: 100, Kilometre: 1000, TenKm: 10000}
	draw := func(t *rapid.T, limit int64, label string) string {
		digits := rapid.IntRange(0, 6).Draw(t, label+" digits")
		n := rapid.Int64Range(-limit*degree, limit*degree).Draw(t, label)
		s := decimal(n, digits)
		if strings.Trim(s, "-0.") == "" {
			s = strings.TrimPrefix(s, "-")
		}
		return s
	}
	decimals := func(s string) int { _, part, _ := strings.Cut(s, "."); return len(part) }
	rapid.Check(t, func(t *rapid.T) {
		c, err := ParseCoordinates(draw(t, 90, "lat") + "," + draw(t, 180, "lon"))
		if err != nil {
			t.Fatal(err)
		}
		precision := rapid.SampledFrom(Precisions()).Draw(t, "precision")
		got := Place{Coordinates: &c, Precision: precision}.Public()
		if precision == Exact || metres[precision] == 0 {
			if want := map[bool]string{true: c.String(), false: ","}[precision == Exact]; got.Lat+","+got.Lon != want {
				t.Fatalf("%s as %s is %+v", c, precision, got)
			}
			return
		}
		if decimals(got.Lat) > min(precision.digits(), decimals(c.Lat)) || decimals(got.Lon) > min(precision.digits(), decimals(c.Lon)) {
			t.Fatalf("%s as %s is %+v", c, precision, got)
		}
		if got.Lat == "" {
			return
		}
		if _, err := ParseCoordinates(got.Lat + "," + got.Lon); err != nil {
			t.Fatalf("%s as %s is %+v: %v", c, precision, got, err)
		}
		lat, _ := strconv.ParseFloat(c.Lat, 64)
		step := degree / int64(math.Pow10(precision.digits()))
		x, _, _ := micro(c.Lon)
		wide := int64(1) // the cell of longitude, found from outside: how far the answer stays the same
		for _, n := range []int64{1, 2, 5, 10} {
			if y, _, _ := micro(got.Lon); nearest(x, n*step) == y {
				wide = n
			}
		}
		const metresOfDegree = 111_195 // of a sphere of 6,371 km
		height := float64(step) / degree * metresOfDegree
		if width := float64(wide*step) / degree * metresOfDegree * math.Cos(lat*math.Pi/180); height < metres[precision] || width < metres[precision] {
			t.Fatalf("%s as %s lies in a cell of %.0f m by %.0f m", c, precision, width, height)
		}
	})
}

// Two passages may say opposite things of one place: both stand.
func TestStatusesOfAPlaceContradictAndStand(t *testing.T) {
	h := newHouse(t)
	h.add("The prison in Lenz is closed. It was never one.")
	h.add("People are held in the prison in Lenz.")
	ctx := t.Context()
	p := prison()
	if _, err := h.AddPlace(ctx, amina, p); err != nil {
		t.Fatal(err)
	}
	for _, s := range []PlaceStatus{{Value: "closed", From: "2030-03~", Anchor: Anchor{Source: "S-001", Sentence: 1, Through: 1}},
		{Value: "operating", From: "2030", To: "2031-02", Anchor: AnchorAt(intake.Address{Source: "S-002", From: 1, To: 1}), By: "M-09", At: 3}} {
		if _, err := h.ChangePlace(ctx, amina, "PL-01", 0, func(p *Place) { p.Statuses = append(p.Statuses, s) }); err != nil {
			t.Fatal(err)
		}
	}
	got, act, err := h.Place(ctx, "PL-01")
	if err != nil || act <= 0 || len(got.Statuses) != 2 || got.Statuses[0].Value != "closed" || got.Statuses[1].Value != "operating" || got.Statuses[1].By != "M-01" || got.Statuses[1].At == 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	for what, change := range map[string]func(*Place){
		"one taken out":  func(p *Place) { p.Statuses = p.Statuses[1:] },
		"one changed":    func(p *Place) { p.Statuses[0].Value = "operating" },
		"all taken out":  func(p *Place) { p.Statuses = nil },
		"turned round":   func(p *Place) { slices.Reverse(p.Statuses) },
		"another's name": func(p *Place) { p.Statuses[0].By = "M-02" },
	} {
		_, err := h.ChangePlace(ctx, amina, "PL-01", 0, change)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(errText(err), "recorded status") {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, at := range map[string]Anchor{"S-001:9": {Source: "S-001", Sentence: 9, Through: 9}, "S-009": {Source: "S-009", Sentence: 1, Through: 1}} {
		_, err := h.ChangePlace(ctx, amina, "PL-01", 0, func(p *Place) { p.Statuses = append(p.Statuses, PlaceStatus{Value: "closed", Anchor: at}) })
		if fault.KindOf(err) != fault.NotFound || !strings.Contains(errText(err), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	h.agrees("it all")
}

// A status on a text that was extracted again still points at its sentence.
func TestStatusKeepsItsEdition(t *testing.T) {
	h := newHouse(t)
	h.addSealed("The prison in Lenz is closed.")
	ctx := t.Context()
	if _, err := h.AddPlace(ctx, amina, prison()); err != nil {
		t.Fatal(err)
	}
	add := func(address string) {
		t.Helper()
		at, err := intake.ParseAddress(address)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.ChangePlace(ctx, amina, "PL-01", 0, func(p *Place) { p.Statuses = append(p.Statuses, PlaceStatus{Value: "closed", Anchor: AnchorAt(at)}) })
		if err != nil {
			t.Fatal(err)
		}
	}
	add("S-001:1")
	if _, err := h.intake.Correct(ctx, amina, "S-001", strings.NewReader("Read again. The prison in Lenz is closed.")); err != nil {
		t.Fatal(err)
	}
	add("S-001/2:2")
	p, _, err := h.Place(ctx, "PL-01")
	if err != nil || len(p.Statuses) != 2 {
		t.Fatalf("%+v, %v", p.Statuses, err)
	}
	for i, want := range []string{"S-001:1", "S-001/2:2"} {
		at := p.Statuses[i].Address()
		passage, err := h.intake.Passage(ctx, at)
		if err != nil || at.String() != want || strings.TrimSpace(passage.Text) != "The prison in Lenz is closed." {
			t.Errorf("%s is %q, %v; want %s", at, passage.Text, err, want)
		}
	}
	h.agrees("it all")
}
