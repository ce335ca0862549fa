package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// alreadyExplained is the exit status with which the runner says that the user has been told.
const alreadyExplained = 32

// Run runs the user's program to its end: one preview or one update.
func (h *host) Run(call context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	opts, err := optionsOf(request.GetInfo())
	if err != nil {
		return nil, err
	}
	program := request.GetInfo().GetProgramDirectory()
	script, err := runner(program, "run")
	if err != nil {
		return nil, err
	}
	config, err := configEnvironment(request)
	if err != nil {
		return nil, err
	}
	cmd, release := h.command(call, program, "node", append(append(opts.nodeargs, script), h.flags(request)...)...)
	defer release()
	cmd.Env = append(append(cmd.Env, config...), opts.environment()...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return outcome(cmd.Run())
}

func outcome(err error) (*pulumirpc.RunResponse, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == alreadyExplained:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case errors.As(err, &exit) && exit.Exited():
		return &pulumirpc.RunResponse{
			Error: fmt.Sprintf("Program exited with non-zero exit code: %d", exit.ExitCode()),
		}, nil
	case errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: "Program was ended: " + exit.String()}, nil
	}
	return nil, fmt.Errorf("start node: %w", err)
}

func (h *host) flags(request *pulumirpc.RunRequest) []string {
	flags := []string{
		"--monitor=" + request.GetMonitorAddress(),
		"--engine=" + h.engine,
		"--organization=" + request.GetOrganization(),
		"--project=" + request.GetProject(),
		"--stack=" + request.GetStack(),
		"--pwd=" + request.GetPwd(),
		"--root-directory=" + request.GetInfo().GetRootDirectory(),
		"--parallel=" + strconv.Itoa(int(request.GetParallel())),
	}
	if request.GetDryRun() {
		flags = append(flags, "--dry-run")
	}
	return append(append(flags, request.GetInfo().GetEntryPoint()), request.GetArgs()...)
}

// configEnvironment hands the config over in the environment, not in flags: secrets would show in the process list.
func configEnvironment(request *pulumirpc.RunRequest) ([]string, error) {
	config, secrets := request.GetConfig(), request.GetConfigSecretKeys()
	if config == nil {
		config = map[string]string{}
	}
	if secrets == nil {
		secrets = []string{}
	}
	values, err := json.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	keys, err := json.Marshal(secrets)
	if err != nil {
		return nil, fmt.Errorf("config secret keys: %w", err)
	}
	return []string{"PULUMI_CONFIG=" + string(values), "PULUMI_CONFIG_SECRET_KEYS=" + string(keys)}, nil
}
