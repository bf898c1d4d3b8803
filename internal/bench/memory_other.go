//go:build !linux

package bench

func resident(string) (mib float64, known bool) { return 0, false }

func forgetPeak() bool { return false }
