package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
)

// GeneratePackage and Link are the two halves of `pulumi package add`: write a package for the schema, by Pulumi's own
// generator, and make the program depend on it.
func (h *host) GeneratePackage(
	_ context.Context, request *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	loader, err := schema.NewLoaderClient(request.GetLoaderTarget())
	if err != nil {
		return nil, fmt.Errorf("reach the schema loader: %w", err)
	}
	defer loader.Close() //nolint:errcheck // the engine owns the other end
	cached := schema.NewCachedLoader(loader)

	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(request.GetSchema()), &spec); err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	pkg, diagnostics, err := schema.BindSpec(spec, cached, schema.ValidationOptions{AllowDanglingReferences: true})
	if err != nil {
		return nil, fmt.Errorf("understand the schema: %w", err)
	}
	if diagnostics.HasErrors() {
		return nil, fmt.Errorf("understand the schema: %w", diagnostics)
	}
	files, err := nodejs.GeneratePackage("pulumi-language-nodejs", pkg, request.GetExtraFiles(),
		request.GetLocalDependencies(), request.GetLocal(), cached)
	if err != nil {
		return nil, fmt.Errorf("generate the package: %w", err)
	}
	for name, content := range files {
		path := filepath.Join(request.GetDirectory(), name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return nil, err
		}
	}
	return &pulumirpc.GeneratePackageResponse{}, nil
}

func (h *host) Link(call context.Context, request *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	folder := request.GetInfo().GetProgramDirectory()
	args := []string{"install", "--save", "--loglevel=error"}
	var imports []string
	for _, dependency := range request.GetPackages() {
		path := dependency.GetPath()
		if !filepath.IsAbs(path) {
			path = filepath.Join(request.GetInfo().GetRootDirectory(), path)
		}
		name, err := packageName(path)
		if err != nil {
			return nil, err
		}
		args = append(args, "file:"+path)
		imports = append(imports, fmt.Sprintf("import * as %s from %q;",
			strings.ReplaceAll(filepath.Base(name), "-", "_"), name))
	}
	cmd, release := h.command(call, folder, "npm", args...)
	defer release()
	if output, err := cmd.CombinedOutput(); err != nil {
		return nil, rpcerror.Newf(codes.Unknown, "npm %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return &pulumirpc.LinkResponse{
		ImportInstructions: "You can import the package in your TypeScript code with:\n\n  " +
			strings.Join(imports, "\n  ") + "\n",
	}, nil
}

func packageName(folder string) (string, error) {
	content, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return "", fmt.Errorf("the generated package: %w", err)
	}
	var manifest struct{ Name string }
	if err := json.Unmarshal(content, &manifest); err != nil {
		return "", fmt.Errorf("package.json of the generated package: %w", err)
	}
	return manifest.Name, nil
}
