// Building an image with the real engine and pushing it.
//
// In: an image's arguments, the engine's address, a place for progress. Out: the outputs of the resource.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func buildAndPush(image imageArgs, host string, preview bool, log resourceLog) (resource.PropertyMap, error) {
	running.work.Add(1)
	defer running.work.Done()
	config, err := writeCredentials(image, log.warn)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(config)
	cli, err := findCLI(image.buildKit, clientEnvironment(host, config, image.buildKit))
	if err != nil {
		return nil, err
	}
	outputs, err := outputsOf(image)
	if err != nil {
		return nil, err
	}
	argumentEnv, err := argumentEnvironment(image.args)
	if err != nil {
		return nil, err
	}
	log.progress("Building the image")
	if lines, err := cli.stream(log.progress, argumentEnv, buildArguments(image)...); err != nil {
		var ended *exec.ExitError
		if len(lines) == 0 || !errors.As(err, &ended) || ended.ExitCode() < 0 {
			return nil, err
		}
		// As of the official provider: the step's own error, which ends what the CLI says, and nothing of the build's output.
		return nil, fmt.Errorf("error building image: %s", lines[len(lines)-1])
	}
	if preview {
		// Only a push gives a digest, and a preview pushes nothing.
		outputs["repoDigest"] = resource.MakeComputed(resource.NewStringProperty(""))
		return outputs, nil
	}
	reference, err := digestReference(cli, image, log)
	if err != nil {
		return nil, err
	}
	outputs["repoDigest"] = resource.NewStringProperty(reference)
	return outputs, nil
}

// buildArguments names the build arguments without their values: other users can read a process's arguments.
func buildArguments(image imageArgs) []string {
	args := []string{"build", "--tag", image.name, "--file", image.dockerfile}
	if image.buildKit {
		args = append(args, "--progress=plain")
	}
	for _, option := range []struct{ name, value string }{
		{"--platform", image.platform}, {"--target", image.target}, {"--network", image.network},
	} {
		if option.value != "" {
			args = append(args, option.name, option.value)
		}
	}
	for _, cache := range image.cacheFrom {
		args = append(args, "--cache-from", cache)
	}
	for _, added := range image.addHosts {
		args = append(args, "--add-host", added)
	}
	for _, name := range sortedNames(image.args) {
		args = append(args, "--build-arg", name)
	}
	return append(args, image.context)
}

// ownVariables steer the CLI itself; a build argument of the same name cannot reach it through its environment.
var ownVariables = []string{"PATH", "HOME", "TMPDIR", "BUILDKIT_PROGRESS", "BUILDX_CONFIG", "BUILDX_BUILDER", "SSH_AUTH_SOCK"}

func argumentEnvironment(args map[string]string) ([]string, error) {
	var env []string
	for _, name := range sortedNames(args) {
		if slices.Contains(ownVariables, name) || strings.HasPrefix(name, "DOCKER_") {
			return nil, fmt.Errorf("build.args.%s: the stand-in cannot pass an argument that also steers the Docker CLI; choose another name", name)
		}
		env = append(env, name+"="+args[name])
	}
	return env, nil
}

func sortedNames(args map[string]string) []string {
	names := make([]string, 0, len(args))
	for name := range args {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// clientEnvironment points the CLI to this provider's engine, whatever the user's own settings say.
func clientEnvironment(host, config string, buildKit bool) []string {
	env := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return name == "DOCKER_CONTEXT" || name == "DOCKER_DEFAULT_PLATFORM" || name == "BUILDX_BUILDER"
	})
	version := "DOCKER_BUILDKIT=0"
	if buildKit {
		version = "DOCKER_BUILDKIT=1"
	}
	return append(env, "DOCKER_HOST="+host, "DOCKER_CONFIG="+config, version)
}

func outputsOf(image imageArgs) (resource.PropertyMap, error) {
	context, err := filepath.Abs(image.context)
	if err != nil {
		return nil, err
	}
	dockerfile, err := filepath.Abs(image.dockerfile)
	if err != nil {
		return nil, err
	}
	relative, err := filepath.Rel(context, dockerfile)
	if err != nil {
		return nil, err
	}
	return resource.PropertyMap{
		"imageName":      resource.NewStringProperty(image.name),
		"baseImageName":  resource.NewStringProperty(image.name),
		"registryServer": resource.NewStringProperty(image.registry.server),
		"context":        resource.NewStringProperty(image.context),
		"dockerfile":     resource.NewStringProperty(relative),
	}, nil
}

var pushedDigest = regexp.MustCompile(`digest: (sha256:[0-9a-f]{64})`)

// digestReference pushes and returns `repository@sha256:…`; of an image that stays local it is the image's id.
func digestReference(cli dockerCLI, image imageArgs, log resourceLog) (string, error) {
	if image.skipPush {
		return cli.output("image", "inspect", "--format", "{{.Id}}", image.name)
	}
	log.progress("Pushing the image to the registry")
	lines, err := cli.stream(log.progress, nil, "push", image.name)
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, strings.Join(tail(lines, errorLines), "\n"))
	}
	for _, line := range slices.Backward(lines) {
		if found := pushedDigest.FindStringSubmatch(line); found != nil {
			return repository(image.name) + "@" + found[1], nil
		}
	}
	return "", errors.New("docker push gave no digest:\n" + strings.Join(tail(lines, errorLines), "\n"))
}

// repository drops the tag, which is a colon after the last slash, and writes Docker Hub's names as the engine does.
func repository(name string) string {
	if colon := strings.LastIndex(name, ":"); colon > strings.LastIndex(name, "/") {
		name = name[:colon]
	}
	return strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/")
}
