// The real Kubernetes provider, built from its own module, for want of a plugin download.
// build.ts lays schema.json (its version set) and terraform-mapping.json here, from that module, and takes the four
// component types out that nothing here uses (helm v4 Chart, yaml/v2, kustomize/v2): they alone need the provider's Go
// SDK, which is 70 % of the compile time. Everything else is upstream's.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

func main() {
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}
