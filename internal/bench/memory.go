package bench

import "runtime/debug"

const notHere = "not known here"

// atRest is the resident memory in MiB after what is not needed was given back.
func atRest() (mib float64, known bool) {
	debug.FreeOSMemory()
	return resident("VmRSS")
}

// watched runs fn and takes down how much resident memory it took at its peak.
func (r *run) watched(what string, fn func() error) error {
	before, known := atRest()
	known = forgetPeak() && known
	if err := fn(); err != nil {
		return err
	}
	what = "peak memory of " + what + ", minus before"
	peak, ok := resident("VmHWM")
	if !known || !ok {
		r.unknown(what, "MiB", notHere)
		return nil
	}
	r.figure(what, peak-before, "MiB", Side{"peak", peak, "MiB"}, Side{"before", before, "MiB"})
	return nil
}
