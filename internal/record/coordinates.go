package record

import (
	"strconv"
	"strings"
)

// Precision is how exactly a place may be published.
type Precision string

// The precisions, the most exact first.
const (
	Exact       Precision = "exact"
	Hundred     Precision = "100m"
	Kilometre   Precision = "1km"
	TenKm       Precision = "10km"
	ByDistrict  Precision = "district" // the name of the district and no coordinates
	ByRegion    Precision = "region"   // the name of the region and no coordinates
	Unpublished Precision = "withheld" // nothing; what holds unless somebody decides
)

// Precisions lists them.
func Precisions() []Precision {
	return []Precision{Exact, Hundred, Kilometre, TenKm, ByDistrict, ByRegion, Unpublished}
}

// digits are how many decimals of a degree a precision allows; 0 is none at all. A
// thousandth of a degree of latitude is 111 m, so that each cell is wider than its name.
func (p Precision) digits() int {
	return map[Precision]int{Exact: 6, Hundred: 3, Kilometre: 2, TenKm: 1}[p]
}

// Coordinates are degrees in WGS 84 as decimal text, so that they are written down as
// exactly as they were given: 41.1 is not 41.100000.
type Coordinates struct {
	Lat string `json:"lat"`
	Lon string `json:"lon"`
}

func (c Coordinates) String() string { return c.Lat + "," + c.Lon }

// ParseCoordinates reads LAT,LON in degrees with at most six decimals.
func ParseCoordinates(s string) (Coordinates, error) {
	lat, lon, _ := strings.Cut(s, ",")
	c := Coordinates{strings.TrimSpace(lat), strings.TrimSpace(lon)}
	if err := c.valid(); err != nil {
		return Coordinates{}, err
	}
	return c, nil
}

func (c Coordinates) valid() error {
	lat, _, okLat := micro(c.Lat)
	lon, _, okLon := micro(c.Lon)
	if !okLat || !okLon || max(lat, -lat) > 90*degree || max(lon, -lon) > 180*degree {
		return invalid("these are no coordinates", "Write them as LAT,LON in degrees with at most six decimals, like 41.1234,75.5.")
	}
	return nil
}

// degree is one degree in millionths.
const degree = 1_000_000

// micro reads decimal text as millionths of a degree, and says how many decimals it has.
// It has one form only: what text would not write of it is refused.
func micro(s string) (n int64, digits int, ok bool) {
	whole, part, _ := strings.Cut(s, ".")
	digits = len(part)
	if len(whole) > len("-180") || digits > 6 {
		return 0, 0, false
	}
	n, err := strconv.ParseInt(whole+part+strings.Repeat("0", 6-digits), 10, 64)
	return n, digits, err == nil && decimal(n, digits) == s
}

// decimal writes millionths of a degree with a number of decimals.
func decimal(n int64, digits int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n+degree*1000, 10)[1:] // with leading zeros: 041123400
	whole := strings.TrimLeft(s[:3], "0")
	if whole == "" {
		whole = "0"
	}
	if digits == 0 {
		return sign + whole
	}
	return sign + whole + "." + s[3:3+digits]
}

// Published is where a place lies, as far as everybody may know it.
type Published struct {
	Precision Precision `json:"precision"`
	Lat       string    `json:"lat,omitempty"`
	Lon       string    `json:"lon,omitempty"`
	District  string    `json:"district,omitempty"`
	Region    string    `json:"region,omitempty"`
}

// Public is where the place lies as its precision lets it be published. It never has more
// digits than that, nor more than were recorded. The point is rounded to a grid and not
// moved at random: of several random points the middle would be the place.
func (p Place) Public() Published {
	out := Published{Precision: p.Precision}
	switch p.Precision {
	case Exact, Hundred, Kilometre, TenKm:
		out.District, out.Region = p.District, p.Region
		if p.Coordinates != nil {
			out.Lat, out.Lon = p.Coordinates.rounded(p.Precision)
		}
	case ByDistrict:
		out.District, out.Region = p.District, p.Region
	case ByRegion:
		out.Region = p.Region
	}
	return out
}

// rounded puts coordinates on the grid of a precision. Degrees of longitude grow narrow
// towards the poles, so the grid grows wider there; where it would have to be wider than
// ten steps, nothing is given.
func (c Coordinates) rounded(p Precision) (lat, lon string) {
	y, yDigits, okLat := micro(c.Lat)
	x, xDigits, okLon := micro(c.Lon)
	digits := p.digits()
	switch {
	case !okLat || !okLon || digits == 0:
		return "", ""
	case p == Exact:
		return c.Lat, c.Lon
	}
	step := int64(degree)
	for range digits {
		step /= 10
	}
	wider := int64(0)
	// Up to these latitudes so many steps of longitude are at least 0.9 of one of latitude.
	for _, w := range []struct{ lat, steps int64 }{{25, 1}, {63, 2}, {79, 5}, {84, 10}} {
		if wider == 0 && max(y, -y) <= w.lat*degree {
			wider = w.steps
		}
	}
	if wider == 0 {
		return "", ""
	}
	return decimal(nearest(y, step), min(digits, yDigits)), decimal(nearest(x, step*wider), min(digits, xDigits))
}

// nearest is the multiple of step that is nearest to n.
func nearest(n, step int64) int64 {
	half := step / 2
	if n < 0 {
		half = -half
	}
	return (n + half) / step * step
}
