// Which files of a build context `.dockerignore` keeps out.
//
// In: `<Dockerfile>.dockerignore`, else `.dockerignore` at the context's root. Out: a match by relative path. Known:
// comments, `!` exceptions (the last rule that fits wins), `*`, `?`, `[…]`, `**`, and that a rule for a folder covers all in it.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

type ignoreRule struct {
	pattern *regexp.Regexp
	keep    bool
}

type ignoreList []ignoreRule

func ignoreRules(context, dockerfile string) (ignoreList, error) {
	for _, file := range []string{dockerfile + ".dockerignore", filepath.Join(context, ".dockerignore")} {
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("unable to read %s: %w", file, err)
		}
		return parseIgnore(string(text))
	}
	return nil, nil
}

func parseIgnore(text string) (ignoreList, error) {
	var rules ignoreList
	for _, line := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		line = strings.TrimSpace(line)
		keep := strings.HasPrefix(line, "!")
		line = strings.TrimSpace(strings.TrimPrefix(line, "!"))
		if line == "" {
			continue
		}
		line = strings.TrimPrefix(path.Clean(filepath.ToSlash(line)), "/")
		pattern, err := regexp.Compile("^(?:" + globExpression(line) + ")(?:/.*)?$")
		if err != nil {
			return nil, fmt.Errorf("unable to parse %q in .dockerignore: %w", line, err)
		}
		rules = append(rules, ignoreRule{pattern: pattern, keep: keep})
	}
	return rules, nil
}

// globExpression turns a pattern into a regular expression; `**` crosses folders, `*` and `?` do not.
func globExpression(glob string) string {
	var out strings.Builder
	for i := 0; i < len(glob); i++ {
		switch rest := glob[i:]; {
		case strings.HasPrefix(rest, "**/"):
			out.WriteString("(?:.*/)?")
			i += 2
		case strings.HasPrefix(rest, "**"):
			out.WriteString(".*")
			i++
		case rest[0] == '*':
			out.WriteString("[^/]*")
		case rest[0] == '?':
			out.WriteString("[^/]")
		case rest[0] == '[' && strings.IndexByte(rest, ']') > 1:
			end := strings.IndexByte(rest, ']')
			out.WriteString(rest[:end+1])
			i += end
		case rest[0] == '\\' && len(rest) > 1:
			out.WriteString(regexp.QuoteMeta(rest[1:2]))
			i++
		default:
			out.WriteString(regexp.QuoteMeta(rest[:1]))
		}
	}
	return out.String()
}

func (rules ignoreList) match(name string) bool {
	ignored := false
	for _, rule := range rules {
		if rule.pattern.MatchString(name) {
			ignored = !rule.keep
		}
	}
	return ignored
}
