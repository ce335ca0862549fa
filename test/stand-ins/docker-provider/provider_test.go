package main

import (
	"context"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

const imageURN = "urn:pulumi:dev::test::docker:index/image:Image::image"

func properties(values map[string]any) resource.PropertyMap {
	return resource.NewPropertyMapFromMap(values)
}

func message(t *testing.T, values resource.PropertyMap) *structpb.Struct {
	t.Helper()
	out, err := plugin.MarshalProperties(values, writeOptions)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func checked(t *testing.T, values resource.PropertyMap) resource.PropertyMap {
	t.Helper()
	response, err := newProvider().Check(context.Background(), &pulumirpc.CheckRequest{Urn: imageURN, News: message(t, values)})
	if err != nil {
		t.Fatal(err)
	}
	out, err := read(response.GetInputs())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func inputs(folder string, args map[string]any) resource.PropertyMap {
	return properties(map[string]any{
		"imageName": "registry.test:5000/app:1",
		"skipPush":  false,
		"build":     map[string]any{"context": folder, "args": args},
	})
}

func TestCheckAddsDefaults(t *testing.T) {
	folder := fixture(t)
	build := checked(t, inputs(folder, map[string]any{"A": "1"}))["build"].ObjectValue()
	for key, want := range map[resource.PropertyKey]string{
		"context":       folder,
		"dockerfile":    filepath.Join(folder, "Dockerfile"),
		"platform":      "linux/" + runtime.GOARCH,
		"contextDigest": digestOf(t, folder),
	} {
		if got := text(build[key], ""); got != want {
			t.Errorf("build.%s: got %q, want %q", key, got, want)
		}
	}
}

func TestCheckKeepsUnknownArguments(t *testing.T) {
	values := inputs(fixture(t), nil)
	unknown := resource.MakeComputed(resource.NewStringProperty(""))
	values["build"].ObjectValue()["args"] = resource.NewObjectProperty(resource.PropertyMap{"MODEL_IMAGE": unknown})
	build := checked(t, values)["build"].ObjectValue()
	if !build["args"].ObjectValue()["MODEL_IMAGE"].IsComputed() || !build["contextDigest"].IsString() {
		t.Errorf("got %v", build)
	}
}

func TestCheckRefuses(t *testing.T) {
	folder := fixture(t)
	short := inputs(folder, nil)
	short["imageName"] = resource.NewStringProperty("app:1")
	relative := inputs(folder, nil)
	relative["build"].ObjectValue()["dockerfile"] = resource.NewStringProperty("Nofile")
	builder := inputs(folder, nil)
	builder["build"].ObjectValue()["builderVersion"] = resource.NewStringProperty("3")
	for want, values := range map[string]resource.PropertyMap{
		"fully qualified":           short,
		"could not open dockerfile": relative,
		"invalid Docker Builder":    builder,
	} {
		_, err := newProvider().Check(context.Background(), &pulumirpc.CheckRequest{Urn: imageURN, News: message(t, values)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	_, err := newProvider().Check(context.Background(), &pulumirpc.CheckRequest{Urn: "urn:pulumi:dev::test::docker:index/container:Container::c"})
	if err == nil || !strings.Contains(err.Error(), "only knows docker:index/image:Image") {
		t.Errorf("another type: got %v", err)
	}
}

func TestDiff(t *testing.T) {
	folder := fixture(t)
	with := func(change func(values resource.PropertyMap)) resource.PropertyMap {
		values := inputs(folder, map[string]any{"A": "1"})
		values["registry"] = resource.NewObjectProperty(properties(map[string]any{"server": "registry.test:5000", "username": "u", "password": "p"}))
		change(values)
		return values
	}
	old := with(func(resource.PropertyMap) {})
	state := message(t, stateOf(old, properties(map[string]any{"imageName": "registry.test:5000/app:1"})))
	registry := func(values resource.PropertyMap) resource.PropertyMap { return values["registry"].ObjectValue() }
	for name, test := range map[string]struct {
		change func(values resource.PropertyMap)
		want   string
	}{
		"nothing":            {func(resource.PropertyMap) {}, ""},
		"argument":           {func(v resource.PropertyMap) { v["build"] = inputs(folder, map[string]any{"A": "2"})["build"] }, "build UPDATE"},
		"name":               {func(v resource.PropertyMap) { v["imageName"] = resource.NewStringProperty("registry.test:5000/app:2") }, "imageName UPDATE"},
		"rotated password":   {func(v resource.PropertyMap) { registry(v)["password"] = resource.NewStringProperty("q") }, ""},
		"no credentials":     {func(v resource.PropertyMap) { delete(registry(v), "username"); delete(registry(v), "password") }, ""},
		"server":             {func(v resource.PropertyMap) { registry(v)["server"] = resource.NewStringProperty("other.test") }, "registry UPDATE"},
		"registry taken out": {func(v resource.PropertyMap) { delete(v, "registry") }, "registry DELETE"},
	} {
		response, err := newProvider().Diff(context.Background(), &pulumirpc.DiffRequest{Urn: imageURN, Olds: state, News: message(t, with(test.change))})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for key, change := range response.GetDetailedDiff() {
			got += key + " " + change.GetKind().String()
		}
		if got != test.want || len(response.GetReplaces()) > 0 {
			t.Errorf("%s: got %q and replaces %v, want %q", name, got, response.GetReplaces(), test.want)
		}
		if some := response.GetChanges() == pulumirpc.DiffResponse_DIFF_SOME; some != (test.want != "") {
			t.Errorf("%s: changes %v", name, response.GetChanges())
		}
	}
}

func TestPreviewBuildsNothing(t *testing.T) {
	t.Setenv("TRITON_BERT_DOCKER_CLI", "/nonexistent")
	values := checked(t, inputs(fixture(t), nil))
	response, err := newProvider().Create(context.Background(), &pulumirpc.CreateRequest{Urn: imageURN, Properties: message(t, values), Preview: true})
	if err != nil {
		t.Fatal(err)
	}
	out, err := read(response.GetProperties())
	if err != nil {
		t.Fatal(err)
	}
	if text(out["imageName"], "") != "registry.test:5000/app:1" || out.HasValue("repoDigest") || response.GetId() != "" {
		t.Errorf("got id %q and %v", response.GetId(), out)
	}
}

func TestConfigureAsksTheDaemon(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "docker.sock")
	configure := func() error {
		request := &pulumirpc.ConfigureRequest{Variables: map[string]string{"docker:config:host": "unix://" + socket}}
		_, err := newProvider().Configure(context.Background(), request)
		return err
	}
	if err := configure(); err == nil || !strings.Contains(err.Error(), "failed to connect to any docker daemon") {
		t.Errorf("without a daemon: got %v", err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	go server.Serve(listener)
	defer server.Close()
	if err := configure(); err != nil {
		t.Errorf("with a daemon: got %v", err)
	}
}
