package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// options are what a project may say under runtime.options in Pulumi.yaml.
type options struct {
	typescript bool
	tsconfig   string
	nodeargs   []string
}

func optionsOf(info *pulumirpc.ProgramInfo) (options, error) {
	result := options{typescript: true}
	for key, value := range info.GetOptions().AsMap() {
		text, isText := value.(string)
		flag, isFlag := value.(bool)
		switch {
		case key == "typescript" && isFlag:
			result.typescript = flag
		case key == "tsconfig" && isText:
			result.tsconfig = text
		case key == "nodeargs" && isText:
			result.nodeargs = strings.Fields(text)
		case key == "packagemanager" && value == "npm":
		default:
			return result, fmt.Errorf("runtime option %s: %v is not known to this language host; "+
				"put the official pulumi on PATH to use it", key, value)
		}
	}
	return result, nil
}

func (o options) environment() []string {
	env := []string{fmt.Sprintf("PULUMI_NODEJS_TYPESCRIPT=%t", o.typescript)}
	if o.tsconfig != "" {
		env = append(env, "PULUMI_NODEJS_TSCONFIG_PATH="+o.tsconfig)
	}
	return env
}

// runner finds a script of @pulumi/pulumi as Node itself would from that folder: in the nearest node_modules above.
func runner(folder, script string) (string, error) {
	start, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	for at := start; ; at = filepath.Dir(at) {
		path := filepath.Join(at, "node_modules", "@pulumi", "pulumi", "cmd", script, "index.js")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("@pulumi/pulumi is not installed for %s; run npm install there", start)
		}
	}
}

// command is a process that ends with the call that asked for it, and with the engine.
func (h *host) command(call context.Context, folder, name string, args ...string) (*exec.Cmd, func()) {
	either, end := context.WithCancel(call)
	stop := context.AfterFunc(h.lifetime, end)
	cmd := exec.CommandContext(either, name, args...)
	cmd.Dir = folder
	cmd.Env = os.Environ()
	cmd.WaitDelay = 5 * time.Second // a grandchild may hold the pipes open
	return cmd, func() { stop(); end() }
}
