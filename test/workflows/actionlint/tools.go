//go:build tools

// See ../../../sandbox/metrics/toolchain/keda/tools.go.
package tools

import _ "github.com/rhysd/actionlint/cmd/actionlint"
