// Stand-in for Pulumi's docker provider, for machines that cannot download the official plugin. README.md says what it
// follows and what it leaves out.
//
// In: the engine's gRPC address as last argument (absent when the engine attaches to a running provider).
// Out: the port of the ResourceProvider service as the first line of standard output.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// providerVersion is the release of @pulumi/docker whose behaviour is followed.
const providerVersion = "5.2.0"

// engineLostAfter is how often the engine is asked whether it lives, so that a killed `pulumi` leaves no provider behind.
const engineLostAfter = 10 * time.Second

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "docker provider stand-in:", err)
		os.Exit(1)
	}
}

func serve() error {
	provider := newProvider()
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	go func() {
		<-terminated
		end()
	}()
	if address := engineAddress(os.Args[1:]); address != "" {
		if err := provider.connect(address); err != nil {
			return err
		}
		if err := rpcutil.Healthcheck(context.Background(), address, engineLostAfter, end); err != nil {
			return fmt.Errorf("no answer from the engine at %s: %w", address, err)
		}
	}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(server, provider)
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}

func end() {
	abandon()
	os.Exit(1)
}

// engineAddress returns the last argument unless it is a flag; the flags (tracing, verbosity) are not used here.
func engineAddress(args []string) string {
	if len(args) == 0 || strings.HasPrefix(args[len(args)-1], "-") {
		return ""
	}
	return args[len(args)-1]
}
