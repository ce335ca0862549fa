package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

var testDigest = "sha256:" + strings.Repeat("ab", 32)

// fakeCLI stands for the Docker CLI; it notes its calls and runs a script for `build`.
func fakeCLI(t *testing.T, build string) (notes string) {
	t.Helper()
	folder := t.TempDir()
	notes = filepath.Join(folder, "notes")
	script := "#!/bin/sh\necho \"argv: $*\" >> " + notes + "\ncase \"$1\" in\n" +
		"--version) echo 'Docker version 20.10.24+dfsg1, build x' ;;\n" +
		"build) " + build + " ;;\n" +
		"push) echo \"1: digest: " + testDigest + " size: 1\" ;;\n" +
		"image) echo sha256:local ;;\nesac\n"
	t.Setenv("TRITON_BERT_DOCKER_CLI", write(t, folder, "docker", script, 0o755))
	t.Setenv("DOCKER_CONFIG", filepath.Join(folder, "config"))
	return notes
}

func noted(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func create(t *testing.T, values resource.PropertyMap) (*pulumirpc.CreateResponse, error) {
	t.Helper()
	host := "unix:///engine.sock"
	provider := newProvider()
	provider.host.Store(&host)
	return provider.Create(context.Background(), &pulumirpc.CreateRequest{Urn: imageURN, Properties: message(t, checked(t, values))})
}

func TestCreateBuildsAndPushes(t *testing.T) {
	notes := fakeCLI(t, `echo "env: $TOKEN $DOCKER_HOST $DOCKER_BUILDKIT" >> $(dirname $0)/notes`)
	folder := fixture(t)
	response, err := create(t, inputs(folder, map[string]any{"TOKEN": "hush", "EMPTY": ""}))
	if err != nil {
		t.Fatal(err)
	}
	state, err := read(response.GetProperties())
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[resource.PropertyKey]string{
		"imageName": "registry.test:5000/app:1", "baseImageName": "registry.test:5000/app:1", "registryServer": "",
		"repoDigest": "registry.test:5000/app@" + testDigest, "context": folder, "dockerfile": "Dockerfile",
	} {
		if got := text(state[key], "absent"); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	if response.GetId() != "registry.test:5000/app:1" || state.HasValue("build") {
		t.Errorf("id %q, state %v", response.GetId(), state)
	}
	calls := noted(t, notes)
	if !strings.Contains(calls, "env: hush unix:///engine.sock 1\n") {
		t.Errorf("environment of the build: %s", calls)
	}
	want := "argv: build --tag registry.test:5000/app:1 --file " + filepath.Join(folder, "Dockerfile") +
		" --progress=plain --platform linux/" + runtime.GOARCH + " --build-arg EMPTY --build-arg TOKEN " + folder
	if !strings.Contains(calls, want) {
		t.Errorf("got %s, want %s", calls, want)
	}
	for _, line := range strings.Split(calls, "\n") {
		if strings.HasPrefix(line, "argv:") && strings.Contains(line, "hush") {
			t.Errorf("a value reached the arguments: %s", line)
		}
	}
}

func TestSkipPushGivesTheImageID(t *testing.T) {
	notes := fakeCLI(t, "true")
	values := inputs(fixture(t), nil)
	values["skipPush"] = resource.NewBoolProperty(true)
	response, err := create(t, values)
	if err != nil {
		t.Fatal(err)
	}
	state, _ := read(response.GetProperties())
	if text(state["repoDigest"], "") != "sha256:local" || strings.Contains(noted(t, notes), "argv: push") {
		t.Errorf("state %v, calls %s", state, noted(t, notes))
	}
}

func TestFailedBuildShowsTheStepsErrorAlone(t *testing.T) {
	fakeCLI(t, `echo 'got: "negative"'; echo 'executor failed running [/bin/sh -c verify]: exit code: 11' >&2; exit 1`)
	_, err := create(t, inputs(fixture(t), nil))
	if err == nil {
		t.Fatal("no error")
	}
	if !strings.Contains(err.Error(), "executor failed running [/bin/sh -c verify]: exit code: 11") {
		t.Errorf("the step's error is not in: %v", err)
	}
	if strings.Contains(err.Error(), "negative") {
		t.Errorf("the build's output is in: %v", err)
	}
}

func TestArgumentsThatSteerTheCLIAreRefused(t *testing.T) {
	fakeCLI(t, "true")
	for _, name := range []string{"PATH", "DOCKER_HOST"} {
		if _, err := create(t, inputs(fixture(t), map[string]any{name: "x"})); err == nil || !strings.Contains(err.Error(), "build.args."+name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestCredentialsJoinTheUsersOwn(t *testing.T) {
	ambient := t.TempDir()
	write(t, ambient, "config.json", `{"auths":{"other.test":{"auth":"b3RoZXI="}},"credsStore":"desktop","proxies":{"default":{"httpProxy":"x"}}}`, 0o600)
	t.Setenv("DOCKER_CONFIG", ambient)
	image := imageArgs{name: "registry.test:5000/app:1", registry: registryArgs{username: "u", password: "p"}}
	folder, err := writeCredentials(image, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "config.json")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(noted(t, file)), &got); err != nil {
		t.Fatal(err)
	}
	want := `{"auths":{"other.test":{"auth":"b3RoZXI="},"registry.test:5000":{"auth":"dTpw"}},"credHelpers":{"registry.test:5000":""},"credsStore":"desktop"}`
	if text, _ := json.Marshal(got); string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"localhost:5001/a/b:1": "localhost:5001/a/b", "localhost:5001/a": "localhost:5001/a", "docker.io/library/a:1": "a",
	} {
		if got := repository(name); got != want {
			t.Errorf("repository of %s: got %s, want %s", name, got, want)
		}
	}
	for server, want := range map[string]string{
		"": "registry.test:5000", "https://r.test/v2/": "r.test", "docker.io": "https://index.docker.io/v1/",
	} {
		if got := registryAddress(imageArgs{name: "registry.test:5000/app:1", registry: registryArgs{server: server}}); got != want {
			t.Errorf("address of %q: got %s, want %s", server, got, want)
		}
	}
}

func TestALostEngineEndsTheBuild(t *testing.T) {
	notes := fakeCLI(t, `echo started >> $(dirname $0)/notes; echo started; exec sleep 600`)
	t.Setenv("TMPDIR", t.TempDir())
	failed := make(chan error, 1)
	values := inputs(fixture(t), nil)
	go func() {
		_, err := create(t, values)
		failed <- err
	}()
	for !strings.Contains(readOrEmpty(notes), "started\n") {
		time.Sleep(10 * time.Millisecond)
	}
	abandon()
	t.Cleanup(func() { running.stopped = false })
	if err := <-failed; err == nil || !strings.Contains(err.Error(), "terminated") {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "triton-bert-docker-config-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func readOrEmpty(file string) string {
	content, _ := os.ReadFile(file)
	return string(content)
}
