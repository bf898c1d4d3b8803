// Command heed takes a human-rights assessment from the first source to the last
// recommendation. See the README, or run: heed help
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"heed/internal/bench"
	"heed/internal/cli"
	"heed/internal/demo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(cli.Run(ctx, cli.System(), demo.Command, bench.Command))
}
