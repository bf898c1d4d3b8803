// Package heed is the map of the house; it holds no code but the test that keeps the
// map true.
//
// Heed takes a human-rights assessment from the first source to the last
// recommendation. Work walks one way through five rooms:
//
//	intake → record → corroborate → release → followup
//
// Each room owns its tables and may look upstream, never downstream. Under them lie
// store (an encrypted SQL engine without nouns), store/blob (originals), ledger (the
// append-only Merkle log of acts), keys (members) and vault (what is sealed, in a file
// of its own). The faces cli and web only translate; app wires everything. The public
// package bundle is the published format, and cmd/heed-verify is built on it alone.
//
// ARCHITECTURE.md tells the same as a story. house_test.go enforces it.
package heed
