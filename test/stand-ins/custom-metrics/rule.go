package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"text/template"

	"sigs.k8s.io/yaml"
)

// config is a prometheus-adapter configuration file, as far as rules for pods need it. What is not here is refused, so
// that no test passes on a field that was never looked at.
type config struct {
	Rules []rule `json:"rules"`
}

// rule says which series there are, what the metric made of them is called, and how it is computed.
type rule struct {
	SeriesQuery  string    `json:"seriesQuery"`
	Resources    resources `json:"resources"`
	Name         naming    `json:"name"`
	MetricsQuery string    `json:"metricsQuery"`
}

type resources struct {
	// By label.
	Overrides map[string]groupResource `json:"overrides"`
}

type groupResource struct {
	Group    string `json:"group"`
	Resource string `json:"resource"`
}

type naming struct {
	Matches string `json:"matches"`
	As      string `json:"as"`
}

// queryArgs are the fields that a metricsQuery may name.
type queryArgs struct {
	Series            string
	LabelMatchers     string
	LabelValuesByName map[string]string
	GroupBy           string
	GroupBySlice      []string
}

func readRules(file string) ([]rule, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var parsed config
	if err := yaml.UnmarshalStrict(text, &parsed); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for index, each := range parsed.Rules {
		for _, kind := range []string{"namespace", "pod"} {
			if _, err := each.label(kind); err != nil {
				return nil, fmt.Errorf("%s: rule %d: %w", file, index, err)
			}
		}
	}
	return parsed.Rules, nil
}

// label is the one that carries the name of a resource, said in the singular or the plural.
func (r rule) label(kind string) (string, error) {
	for label, resource := range r.Resources.Overrides {
		if resource.Group == "" && strings.TrimSuffix(resource.Resource, "s") == kind {
			return label, nil
		}
	}
	return "", fmt.Errorf("resources.overrides name no label for %s", kind)
}

// metricName is what the rule calls the metric made of a series; ok is false if it does not concern that series.
func (r rule) metricName(series string) (name string, ok bool, err error) {
	pattern := r.Name.Matches
	if pattern == "" {
		pattern = ".*"
	}
	matches, err := regexp.Compile(pattern)
	if err != nil {
		return "", false, fmt.Errorf("name.matches: %w", err)
	}
	found := matches.FindStringSubmatchIndex(series)
	if found == nil {
		return "", false, nil
	}
	as := r.Name.As
	if as == "" {
		as = "$0"
		if matches.NumSubexp() == 1 {
			as = "$1"
		}
	}
	return string(matches.ExpandString(nil, as, series, found)), true, nil
}

// query is the PromQL for some pods of a namespace.
func (r rule) query(series, namespace string, pods []string) (string, error) {
	namespaceLabel, err := r.label("namespace")
	if err != nil {
		return "", err
	}
	podLabel, err := r.label("pod")
	if err != nil {
		return "", err
	}
	operator := "="
	if len(pods) > 1 {
		operator = "=~"
	}
	names := strings.Join(pods, "|")
	parsed, err := template.New("metricsQuery").Delims("<<", ">>").Option("missingkey=error").Parse(r.MetricsQuery)
	if err != nil {
		return "", fmt.Errorf("metricsQuery: %w", err)
	}
	var text strings.Builder
	err = parsed.Execute(&text, queryArgs{
		Series:            series,
		LabelMatchers:     fmt.Sprintf("%s=%q,%s%s%q", namespaceLabel, namespace, podLabel, operator, names),
		LabelValuesByName: map[string]string{namespaceLabel: namespace, podLabel: names},
		GroupBy:           podLabel,
		GroupBySlice:      []string{podLabel},
	})
	return text.String(), err
}
