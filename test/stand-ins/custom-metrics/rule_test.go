package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const ruleText = `
rules:
- seriesQuery: 'queue_us{namespace!="",pod!=""}'
  resources:
    overrides: {namespace: {resource: namespace}, pod: {resource: pods}}
  name: {matches: '^queue_(.*)$', as: 'waiting_$1'}
  metricsQuery: 'sum(rate(<<.Series>>{<<.LabelMatchers>>,model="a"}[1m])) by (<<.GroupBy>>)'
`

func rulesOf(t *testing.T, text string) ([]rule, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return readRules(file)
}

func theRule(t *testing.T) rule {
	t.Helper()
	rules, err := rulesOf(t, ruleText)
	if err != nil {
		t.Fatal(err)
	}
	return rules[0]
}

func TestTheTemplateGetsNamespaceAndPods(t *testing.T) {
	for pods, matcher := range map[string]string{"a-1": `pod="a-1"`, "a-1 a-2": `pod=~"a-1|a-2"`} {
		query, err := theRule(t).query("queue_us", "ns", strings.Fields(pods))
		if err != nil {
			t.Fatal(err)
		}
		want := `sum(rate(queue_us{namespace="ns",` + matcher + `,model="a"}[1m])) by (pod)`
		if query != want {
			t.Errorf("got %s\nwant %s", query, want)
		}
	}
}

func TestAMetricIsNamedByTheRule(t *testing.T) {
	name, ok, err := theRule(t).metricName("queue_us")
	if err != nil || !ok || name != "waiting_us" {
		t.Errorf("got %q, %v, %v", name, ok, err)
	}
	if _, ok, _ := theRule(t).metricName("other"); ok {
		t.Error("a series that does not match has got a name")
	}
}

func TestWhatIsNotImplementedIsRefused(t *testing.T) {
	for reason, text := range map[string]string{
		"seriesFilters": strings.Replace(ruleText, "  name:", "  seriesFilters: [{is: x}]\n  name:", 1),
		"namespace":     strings.Replace(ruleText, "namespace: {resource: namespace}, ", "", 1),
	} {
		if _, err := rulesOf(t, text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: got %v", reason, err)
		}
	}
	broken := theRule(t)
	broken.MetricsQuery = "<<.Nothing>>"
	if _, err := broken.query("queue_us", "ns", []string{"a"}); err == nil {
		t.Error("a template with an unknown field was evaluated")
	}
}
