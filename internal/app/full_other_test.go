//go:build !(darwin || linux)

package app

import "errors"

// limitFiles is for the test of full disks, which runs elsewhere.
func limitFiles(n string) error {
	if n != "" {
		return errors.New("files cannot be limited on this system")
	}
	return nil
}
