//go:build tools

// Programs of others are compiled by their package paths; importing them here, under a tag that no build sets, is what
// keeps their modules in go.mod and go.sum when they are tidied.
package tools

import (
	_ "github.com/kedacore/keda/v2/cmd/adapter"
	_ "github.com/kedacore/keda/v2/cmd/operator"
	_ "github.com/kedacore/keda/v2/cmd/webhooks"
	_ "sigs.k8s.io/metrics-server/cmd/metrics-server"
)
