// The inputs of one image: their defaults, their typed form, and what is kept of them in the state.
//
// In: property maps as the engine sends them, secrets already stripped. Out: the same with defaults (Check), an
// imageArgs without unknowns (builds), a state (outputs beside the inputs, the latter as one secret).
package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

type imageArgs struct {
	name                      string
	skipPush                  bool
	registry                  registryArgs
	context, dockerfile       string
	platform, target, network string
	args                      map[string]string
	cacheFrom, addHosts       []string
	buildKit                  bool
}

type registryArgs struct{ server, username, password string }

// applyDefaults completes inputs in place and returns a notice when it chose the platform.
func applyDefaults(inputs resource.PropertyMap) (string, error) {
	if !inputs["buildOnPreview"].IsBool() {
		inputs["buildOnPreview"] = resource.NewBoolProperty(false)
	}
	if inputs["build"].IsNull() {
		inputs["build"] = resource.NewObjectProperty(resource.PropertyMap{})
	}
	if !inputs["build"].IsObject() {
		return "", nil
	}
	build := inputs["build"].ObjectValue()
	if err := digestInto(build); err != nil {
		return "", err
	}
	if _, err := usesBuildKit(build); err != nil {
		return "", err
	}
	if inputs["imageName"].IsString() && needsFullName(inputs, build) {
		if err := fullyQualified(inputs["imageName"].StringValue()); err != nil {
			return "", err
		}
	}
	if !build["platform"].IsNull() {
		return "", nil
	}
	// Docker containers are Linux whatever the client runs on.
	platform := "linux/" + runtime.GOARCH
	build["platform"] = resource.NewStringProperty(platform)
	return fmt.Sprintf("Building your image for %s architecture. Set `platform` in the build options to choose another.", platform), nil
}

// digestInto sets context, Dockerfile and contextDigest; with an unknown path there is nothing to read yet.
func digestInto(build resource.PropertyMap) error {
	if build["context"].ContainsUnknowns() || build["dockerfile"].ContainsUnknowns() {
		return nil
	}
	context := text(build["context"], ".")
	dockerfile := text(build["dockerfile"], path.Join(context, "Dockerfile"))
	build["context"] = resource.NewStringProperty(context)
	build["dockerfile"] = resource.NewStringProperty(dockerfile)
	if _, err := os.Stat(dockerfile); err != nil {
		// The usual slip: the path was meant relative to the context, not to the program.
		if inContext := filepath.Join(context, dockerfile); exists(inContext) {
			return fmt.Errorf("could not open dockerfile at relative path %q. Try setting `dockerfile` to %q", dockerfile, inContext)
		}
		return fmt.Errorf("could not open dockerfile at path %q: %w", dockerfile, err)
	}
	digest, err := contextDigest(context, dockerfile)
	if err != nil {
		return err
	}
	build["contextDigest"] = resource.NewStringProperty(digest)
	return nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// needsFullName tells whether a registry must be read from the image's name: for a push or a cache, when none is given.
func needsFullName(inputs, build resource.PropertyMap) bool {
	if registry := inputs["registry"]; registry.IsObject() && !registry.ObjectValue()["server"].IsNull() {
		return false
	}
	pushes := !(inputs["skipPush"].IsBool() && inputs["skipPush"].BoolValue())
	return pushes || !build["cacheFrom"].IsNull()
}

func usesBuildKit(build resource.PropertyMap) (bool, error) {
	switch version := text(build["builderVersion"], "BuilderBuildKit"); version {
	case "BuilderBuildKit":
		return true, nil
	case "BuilderV1":
		return false, nil
	default:
		return false, fmt.Errorf("invalid Docker Builder version %q", version)
	}
}

// buildsOnPreview asks for the flag and for everything that a build needs to be known.
func buildsOnPreview(inputs resource.PropertyMap) bool {
	return inputs["buildOnPreview"].IsBool() && inputs["buildOnPreview"].BoolValue() &&
		!inputs["build"].ContainsUnknowns() && !inputs["imageName"].ContainsUnknowns()
}

func imageFrom(inputs resource.PropertyMap) (imageArgs, error) {
	if !inputs["imageName"].IsString() || !inputs["build"].IsObject() || inputs.ContainsUnknowns() {
		return imageArgs{}, errors.New("imageName and build must be known to build an image")
	}
	build := inputs["build"].ObjectValue()
	buildKit, err := usesBuildKit(build)
	if err != nil {
		return imageArgs{}, err
	}
	image := imageArgs{
		name:       inputs["imageName"].StringValue(),
		skipPush:   inputs["skipPush"].IsBool() && inputs["skipPush"].BoolValue(),
		context:    text(build["context"], "."),
		dockerfile: text(build["dockerfile"], ""),
		platform:   text(build["platform"], ""),
		target:     text(build["target"], ""),
		network:    text(build["network"], ""),
		addHosts:   texts(build["addHosts"]),
		buildKit:   buildKit,
		args:       map[string]string{},
	}
	if registry := inputs["registry"]; registry.IsObject() {
		object := registry.ObjectValue()
		image.registry = registryArgs{text(object["server"], ""), text(object["username"], ""), text(object["password"], "")}
	}
	if cache := build["cacheFrom"]; cache.IsObject() {
		image.cacheFrom = texts(cache.ObjectValue()["images"])
	}
	if args := build["args"]; args.IsObject() {
		for key, value := range args.ObjectValue() {
			if !value.IsString() {
				return imageArgs{}, fmt.Errorf("build.args.%s must be a string", key)
			}
			image.args[string(key)] = value.StringValue()
		}
	}
	return image, nil
}

// stateOf keeps the inputs out of the outputs, so that a diff can tell what was asked from what came out.
func stateOf(inputs, outputs resource.PropertyMap) resource.PropertyMap {
	state := outputs.Copy()
	state["__inputs"] = resource.MakeSecret(resource.NewObjectProperty(inputs))
	return state
}

func inputsOf(state resource.PropertyMap) resource.PropertyMap {
	inputs := state["__inputs"]
	if inputs.IsSecret() {
		inputs = inputs.SecretValue().Element
	}
	if !inputs.IsObject() {
		return resource.PropertyMap{}
	}
	return inputs.ObjectValue()
}

func text(value resource.PropertyValue, otherwise string) string {
	if value.IsString() {
		return value.StringValue()
	}
	return otherwise
}

func texts(value resource.PropertyValue) []string {
	if !value.IsArray() {
		return nil
	}
	var out []string
	for _, element := range value.ArrayValue() {
		if element.IsString() {
			out = append(out, element.StringValue())
		}
	}
	return out
}

// fullyQualified asks a name for its registry, by Docker's rule for the part before the first slash.
func fullyQualified(name string) error {
	domain, _, found := strings.Cut(name, "/")
	if !found || (!strings.ContainsAny(domain, ".:") && domain != "localhost") {
		return fmt.Errorf("image name %q must be fully qualified: put the registry in front, as in `docker.io/repository/image:tag`", name)
	}
	return nil
}
