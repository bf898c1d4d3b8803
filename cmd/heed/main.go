// Command heed takes a human-rights assessment from the first source to the last
// recommendation. See the README, or run: heed help
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"heed/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(cli.Run(ctx, cli.System()))
}
