//go:build tools

// The CLI is compiled by its package path; importing it here, under a tag that no build sets, is what keeps its
// modules in go.mod and go.sum when they are tidied.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
