package followup

import (
	"time"

	"heed/internal/fault"
	"heed/internal/record"
)

// settle checks a search log. A search that claims to cover days to come would make
// somebody silent on them.
func (l SearchLog) settle(now time.Time, zone *time.Location) error {
	to, err := record.ParseDate(l.SearchedTo)
	switch {
	case err != nil || !to.IsDay():
		return invalid("a search reaches to one day", "Write it like 2022-09-01.")
	case to > record.DateOf(now.In(zone)):
		return invalid("a search cannot cover days to come", "Give the last day that was searched.")
	case len(l.Recommendations) == 0:
		return invalid("a search log needs the recommendations it was about", "Name them like R-01.")
	}
	for _, f := range []struct {
		what, value string
		required    bool
	}{{"actor whose words were looked for", l.Actor, true}, {"place that was searched", l.Where, true}, {"query", l.Query, false}, {"note", l.Note, false}} {
		if err := oneLine(f.what, f.value, f.required); err != nil {
			return err
		}
	}
	return nil
}

// searchedFor finds for every addressee a search log that says how far somebody looked
// for what that addressee said of the recommendation, and that reaches the day. Whoever
// has not looked cannot say that nobody answered.
func searchedFor(r Recommendation, day record.Date, all []SearchLog) (logs []string, err error) {
	for _, a := range r.Addressees {
		found := ""
		for _, l := range all {
			to := record.Date(l.SearchedTo)
			if to.IsDay() && to >= day && l.Covers(a, r.ID) && (found == "" || byID(l.ID, found) < 0) {
				found = l.ID
			}
		}
		if found == "" {
			return nil, fault.New(fault.Refused, "no search log shows that every addressee of "+r.ID+" was searched for up to that day", "No assessment was made.",
				"Record the search: heed search-log --rec "+r.ID+" --actor WHO --to DATE --where PLACES; or leave the reply unassessed.")
		}
		logs = append(logs, found)
	}
	return logs, nil
}
