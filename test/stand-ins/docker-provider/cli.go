// Running the Docker CLI: which one, with which environment, and where its output goes.
//
// In: arguments and environment. Out: each line of output as progress, and the last ones again in the error of a failure.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// errorLines is how much of a failed push's output its error repeats.
const errorLines = 40

// dockerCLI is one executable with the environment it always gets.
type dockerCLI struct {
	path string
	env  []string
}

// findCLI returns the first CLI that can build: TRITON_BERT_DOCKER_CLI alone if set, else Debian's place, else PATH.
// From release 23 on the CLI needs the buildx plugin for BuildKit; the ones before carry it.
func findCLI(buildKit bool, env []string) (dockerCLI, error) {
	paths := []string{os.Getenv("TRITON_BERT_DOCKER_CLI")}
	if paths[0] == "" {
		paths = []string{"/usr/bin/docker"}
		for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
			paths = append(paths, filepath.Join(folder, "docker"))
		}
	}
	reasons := []string{}
	for _, path := range paths {
		cli := dockerCLI{path: path, env: env}
		version, err := cli.output("--version")
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil && buildKit && majorRelease(version) >= 23 {
			_, err = cli.output("buildx", "version")
			if err != nil {
				err = errors.New("it has no buildx plugin, so it cannot use BuildKit")
			}
		}
		if err == nil {
			return cli, nil
		}
		reasons = append(reasons, fmt.Sprintf("%s: %v", path, err))
	}
	if len(reasons) == 0 {
		reasons = append(reasons, strings.Join(paths, ", ")+": not there")
	}
	return dockerCLI{}, fmt.Errorf("no Docker CLI that can build (%s). Install Debian's docker.io or the buildx plugin, or point TRITON_BERT_DOCKER_CLI to one",
		strings.Join(reasons, "; "))
}

var releasePattern = regexp.MustCompile(`version (\d+)\.`)

func majorRelease(version string) int {
	found := releasePattern.FindStringSubmatch(version)
	if found == nil {
		return 0
	}
	major, _ := strconv.Atoi(found[1])
	return major
}

func (c dockerCLI) command(args ...string) *exec.Cmd {
	command := exec.Command(c.path, args...)
	command.Env = c.env
	return command
}

// output is for short questions.
func (c dockerCLI) output(args ...string) (string, error) {
	out, err := c.command(args...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return "", fmt.Errorf("docker %s: %w: %s", args[0], err, strings.TrimSpace(string(failed.Stderr)))
	}
	return strings.TrimSpace(string(out)), err
}

// stream is for long work: every line goes to show while it runs, and all lines are returned.
func (c dockerCLI) stream(show func(string), extraEnv []string, args ...string) ([]string, error) {
	command := c.command(args...)
	command.Env = append(append([]string{}, c.env...), extraEnv...)
	reader, writer := io.Pipe()
	command.Stdout, command.Stderr = writer, writer
	if err := startTracked(command); err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.path, err)
	}
	ended := make(chan error, 1)
	go func() {
		err := command.Wait()
		untrack(command)
		writer.Close()
		ended <- err
	}()
	var lines []string
	for input := bufio.NewReader(reader); ; {
		line, err := input.ReadString('\n')
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			lines = append(lines, line)
			show(line)
		}
		if err != nil {
			break
		}
	}
	if err := <-ended; err != nil {
		return lines, fmt.Errorf("docker %s: %w", args[0], err)
	}
	return lines, nil
}

func tail(lines []string, most int) []string {
	return lines[max(0, len(lines)-most):]
}
