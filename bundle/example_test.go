package bundle_test

import (
	"fmt"
	"os"

	"heed/bundle"
)

// A reader checks a file against keys that came from somewhere else.
func Example_verify() {
	data, err := os.ReadFile("testdata/good.heed")
	if err != nil {
		panic(err)
	}
	keyFile, err := os.ReadFile("testdata/trusted.keys")
	if err != nil {
		panic(err)
	}
	keys, err := bundle.ParseKeyFile(keyFile)
	if err != nil {
		panic(err)
	}

	untrusted, err := bundle.Parse(data)
	if err != nil {
		fmt.Println("different:", err)
		return
	}
	b, err := untrusted.Verify(bundle.Policy{Keys: keys})
	switch bundle.ExitCode(err) {
	case 0:
		fmt.Println(b.Header.Release, b.Header.Title)
		for _, s := range b.Signers {
			fmt.Println("signed by", s.Name)
		}
	case 6:
		fmt.Println("different:", err)
	case 7:
		fmt.Println("not by keys I trust:", err)
	}

	// One bit is enough to be told which file changed.
	data[len(data)/2] ^= 1
	_, err = bundle.Parse(data)
	fmt.Println(bundle.ExitCode(err))

	// Output:
	// R1 Training case: Arvenia
	// signed by ana
	// signed by ben
	// 6
}
