package bench

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// resident reads one line of /proc/self/status, in MiB: VmRSS is what is resident now,
// VmHWM the most that was since the peak was forgotten (proc(5)).
func resident(name string) (mib float64, known bool) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	for line := range bytes.Lines(status) {
		value, found := strings.CutPrefix(string(line), name+":")
		if !found {
			continue
		}
		kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
		return kib / 1024, err == nil
	}
	return 0, false
}

// forgetPeak begins VmHWM anew. Without it, the peak would be that of an earlier measurement.
func forgetPeak() bool { return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) == nil }
