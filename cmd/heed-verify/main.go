// Command heed-verify checks a published bundle offline. It is built on package bundle
// alone, so that a stranger can read all of it.
//
//	heed-verify [--json] [--key FILE]... NAME.heed
//
// It exits with 0 if every byte is what people whose keys you gave signed, 6 if anything
// differs, 7 if it is whole but not signed by enough keys you trust, 2 if it was called
// wrongly, 1 if it could not read a file.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
