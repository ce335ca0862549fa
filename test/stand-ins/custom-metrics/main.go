// A stand-in for prometheus-adapter, which can't be had through the Go module proxy: it serves custom.metrics.k8s.io for
// pods by evaluating the very rules that the product emits, read from a prometheus-adapter configuration file.
//
// What it takes over from the original: the series query decides whether a metric exists; name.matches and name.as name
// it; the template's fields and delimiters; matchers for namespace and pods; values in thousandths. What it leaves out is
// refused when the file is read.
package main

import (
	"context"
	"os"

	"github.com/prometheus/client_golang/api"
	prometheus "github.com/prometheus/client_golang/api/prometheus/v1"
	"k8s.io/component-base/logs"
	"k8s.io/klog/v2"
	adapter "sigs.k8s.io/custom-metrics-apiserver/pkg/cmd"
)

func main() {
	logs.InitLogs()
	defer logs.FlushLogs()
	if err := run(); err != nil {
		klog.Fatal(err)
	}
}

func run() error {
	server := &adapter.AdapterBase{Name: "custom-metrics"}
	rules := server.Flags().String("rules", "", "prometheus-adapter configuration file, read again for each answer")
	address := server.Flags().String("prometheus-url", "http://127.0.0.1:9090", "where Prometheus answers")
	logs.AddFlags(server.Flags())
	if err := server.Flags().Parse(os.Args); err != nil {
		return err
	}
	client, err := server.DynamicClient()
	if err != nil {
		return err
	}
	mapper, err := server.RESTMapper()
	if err != nil {
		return err
	}
	connection, err := api.NewClient(api.Config{Address: *address})
	if err != nil {
		return err
	}
	server.WithCustomMetrics(&rulesProvider{
		file:       *rules,
		prometheus: prometheus.NewAPI(connection),
		client:     client,
		mapper:     mapper,
	})
	return server.Run(context.Background())
}
