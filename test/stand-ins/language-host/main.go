// Language-host lets the real Pulumi CLI run Node programs on a machine that has no official pulumi-language-nodejs,
// which is published as a download only. The npm package @pulumi/pulumi carries the code that runs a program; this
// executable, found beside the CLI, starts it and translates between the CLI's gRPC calls and that code's flags.
//
// In: the engine's address, the last argument. Out: the port it serves on, the first line of standard output; every
// later line of standard output or error is shown to the user by the engine.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// An engine that was killed cannot say goodbye; after this long without an answer the host ends by itself.
const engineCheck = 10 * time.Second

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	engine string
	// lifetime ends with the engine, and every program that was started ends with it.
	lifetime context.Context
}

func main() {
	if err := serve(os.Args[len(os.Args)-1]); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
		os.Exit(1)
	}
}

func serve(engine string) error {
	if len(os.Args) < 2 {
		return errors.New("the engine's address is missing; the Pulumi CLI starts this program, nobody else")
	}
	lifetime, end := context.WithCancel(context.Background())
	defer end()
	if err := rpcutil.Healthcheck(lifetime, engine, engineCheck, end); err != nil {
		return fmt.Errorf("reach the engine at %s: %w", engine, err)
	}
	cancelled := make(chan bool)
	go func() {
		<-lifetime.Done()
		close(cancelled)
	}()
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancelled,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, &host{engine: engine, lifetime: lifetime})
			return nil
		},
		Options: rpcutil.OpenTracingServerInterceptorOptions(nil),
	})
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

// GetRequiredPackages names none: the engine asks for a provider when the first resource needs it, and the sandbox has
// put its own in place before.
func (h *host) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}
