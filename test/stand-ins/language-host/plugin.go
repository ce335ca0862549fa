package main

import (
	"errors"
	"fmt"
	"os/exec"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin runs a component package, `runtime: nodejs` in its PulumiPlugin.yaml, as a provider: for another
// language's program, for `pulumi package get-schema`, for `pulumi package add`.
func (h *host) RunPlugin(
	request *pulumirpc.RunPluginRequest, stream pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	opts, err := optionsOf(request.GetInfo())
	if err != nil {
		return err
	}
	program := request.GetInfo().GetProgramDirectory()
	script, err := runner(program, "run-plugin")
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(stream, false)
	if err != nil {
		return fmt.Errorf("output of the plugin: %w", err)
	}
	defer closer.Close() //nolint:errcheck // nothing is left to be told

	args := append(append(opts.nodeargs, script, program), request.GetArgs()...)
	cmd, release := h.command(stream.Context(), request.GetPwd(), "node", args...)
	defer release()
	cmd.Env = append(append(cmd.Env, request.GetEnv()...), opts.environment()...)
	cmd.Stdout, cmd.Stderr = stdout, stderr

	var exit *exec.ExitError
	switch err := cmd.Run(); {
	case errors.As(err, &exit):
		return stream.Send(&pulumirpc.RunPluginResponse{
			Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(exit.ExitCode())},
		})
	case err != nil:
		return fmt.Errorf("run the plugin in %s: %w", program, err)
	}
	return nil
}

// InstallDependencies is `pulumi install`.
func (h *host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest, stream pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(stream, request.GetIsTerminal())
	if err != nil {
		return fmt.Errorf("output of npm: %w", err)
	}
	defer closer.Close() //nolint:errcheck // nothing is left to be told

	folder := request.GetInfo().GetProgramDirectory()
	cmd, release := h.command(stream.Context(), folder, "npm", "install", "--loglevel=error")
	defer release()
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("npm install in %s: %w", folder, err)
	}
	return nil
}
