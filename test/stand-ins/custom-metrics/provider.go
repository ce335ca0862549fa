package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	prometheus "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/klog/v2"
	"k8s.io/metrics/pkg/apis/custom_metrics"
	"sigs.k8s.io/custom-metrics-apiserver/pkg/provider"
	"sigs.k8s.io/custom-metrics-apiserver/pkg/provider/helpers"
)

// seriesAge is how far back a series counts as there.
const seriesAge = time.Minute

const timeout = 5 * time.Second

var pods = schema.GroupResource{Resource: "pods"}

// rulesProvider answers for pods, by the rules in a file that is read again for each answer.
type rulesProvider struct {
	file       string
	prometheus prometheus.API
	client     dynamic.Interface
	mapper     apimeta.RESTMapper
}

func (p *rulesProvider) GetMetricByName(ctx context.Context, name types.NamespacedName, info provider.CustomMetricInfo, _ labels.Selector) (*custom_metrics.MetricValue, error) {
	values, err := p.values(ctx, name.Namespace, []string{name.Name}, info)
	if err != nil {
		return nil, err
	}
	if len(values) == 0 {
		return nil, provider.NewMetricNotFoundForError(info.GroupResource, info.Metric, name.Name)
	}
	return &values[0], nil
}

func (p *rulesProvider) GetMetricBySelector(ctx context.Context, namespace string, selector labels.Selector, info provider.CustomMetricInfo, _ labels.Selector) (*custom_metrics.MetricValueList, error) {
	names, err := helpers.ListObjectNames(p.mapper, p.client, namespace, selector, info)
	if err != nil {
		return nil, err
	}
	values, err := p.values(ctx, namespace, names, info)
	if err != nil {
		return nil, err
	}
	return &custom_metrics.MetricValueList{Items: values}, nil
}

// ListAllMetrics may return no error, as the interface has it: what can't be asked for is not listed.
func (p *rulesProvider) ListAllMetrics() []provider.CustomMetricInfo {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	rules, err := readRules(p.file)
	if err != nil {
		klog.Errorf("no metric is listed: %v", err)
		return nil
	}
	infos := []provider.CustomMetricInfo{}
	for _, each := range rules {
		names, err := p.metrics(ctx, each)
		if err != nil {
			klog.Errorf("a metric is not listed: %v", err)
		}
		for name := range names {
			infos = append(infos, provider.CustomMetricInfo{GroupResource: pods, Namespaced: true, Metric: name})
		}
	}
	return infos
}

func (p *rulesProvider) values(ctx context.Context, namespace string, names []string, info provider.CustomMetricInfo) ([]custom_metrics.MetricValue, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	values := []custom_metrics.MetricValue{}
	if info.GroupResource != pods {
		return nil, provider.NewMetricNotFoundError(info.GroupResource, info.Metric)
	}
	if len(names) == 0 {
		return values, nil
	}
	rule, series, err := p.find(ctx, info)
	if err != nil {
		return nil, err
	}
	query, err := rule.query(series, namespace, names)
	if err != nil {
		return nil, err
	}
	answer, _, err := p.prometheus.Query(ctx, query, time.Now())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	vector, ok := answer.(model.Vector)
	if !ok {
		return nil, fmt.Errorf("%s: answers with a %s, not a vector", query, answer.Type())
	}
	label, err := rule.label("pod")
	if err != nil {
		return nil, err
	}
	for _, sample := range vector {
		name := string(sample.Metric[model.LabelName(label)])
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("%s: a sample's label %s is %q, which is none of the pods asked for", query, label, name)
		}
		object, err := helpers.ReferenceFor(p.mapper, types.NamespacedName{Namespace: namespace, Name: name}, info)
		if err != nil {
			return nil, err
		}
		values = append(values, custom_metrics.MetricValue{
			DescribedObject: object,
			Metric:          custom_metrics.MetricIdentifier{Name: info.Metric},
			Timestamp:       metav1.Now(),
			Value:           quantity(float64(sample.Value)),
		})
	}
	return values, nil
}

// find is the rule that makes a metric, and the series that it makes it of.
func (p *rulesProvider) find(ctx context.Context, info provider.CustomMetricInfo) (rule, string, error) {
	rules, err := readRules(p.file)
	if err != nil {
		return rule{}, "", err
	}
	for _, each := range rules {
		metrics, err := p.metrics(ctx, each)
		if err != nil {
			return rule{}, "", err
		}
		if series, ok := metrics[info.Metric]; ok {
			return each, series, nil
		}
	}
	return rule{}, "", provider.NewMetricNotFoundError(info.GroupResource, info.Metric)
}

// metrics are the names that a rule makes of the series that there are now, with the series' own names.
func (p *rulesProvider) metrics(ctx context.Context, r rule) (map[string]string, error) {
	now := time.Now()
	found, _, err := p.prometheus.Series(ctx, []string{r.SeriesQuery}, now.Add(-seriesAge), now)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.SeriesQuery, err)
	}
	metrics := map[string]string{}
	for _, labels := range found {
		series := string(labels[model.MetricNameLabel])
		name, ok, err := r.metricName(series)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if other, taken := metrics[name]; taken && other != series {
			return nil, fmt.Errorf("%s: %s and %s would both be %s", r.SeriesQuery, other, series, name)
		}
		metrics[name] = series
	}
	return metrics, nil
}

// quantity rounds as prometheus-adapter does: to thousandths, and what is not a number to 0.
func quantity(value float64) resource.Quantity {
	if math.IsNaN(value) {
		return *resource.NewQuantity(0, resource.DecimalSI)
	}
	return *resource.NewMilliQuantity(int64(value*1000), resource.DecimalSI)
}
