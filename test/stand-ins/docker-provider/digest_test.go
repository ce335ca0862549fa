package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// write makes a file and its folders with modes that no umask changes.
func write(t *testing.T, folder, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func fixture(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, "Dockerfile", "FROM scratch\n", 0o644)
	write(t, folder, "app/run.sh", "echo run\n", 0o755)
	write(t, folder, "app.txt", "text", 0o644)
	return folder
}

func digestOf(t *testing.T, folder string) string {
	t.Helper()
	digest, err := contextDigest(folder, filepath.Join(folder, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

// record repeats the formula from the recipes, without the code under test.
func record(name, mode, content string) string {
	sum := sha256.Sum256([]byte(content))
	return name + mode + string(sum[:]) + "\x00"
}

func TestContextDigestFollowsTheFormula(t *testing.T) {
	records := record("Dockerfile", "----------", "FROM scratch\n") +
		record("Dockerfile", "-rw-r--r--", "FROM scratch\n") +
		record("app/run.sh", "-rwxr-xr-x", "echo run\n") +
		record("app.txt", "-rw-r--r--", "text")
	sum := sha256.Sum256([]byte(records))
	if want, got := hex.EncodeToString(sum[:]), digestOf(t, fixture(t)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestContextDigestSeesWhatMatters(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, folder string){
		"mode 0644 to 0664": func(t *testing.T, folder string) { write(t, folder, "app.txt", "text", 0o664) },
		"content":           func(t *testing.T, folder string) { write(t, folder, "app.txt", "other", 0o644) },
		"a new file":        func(t *testing.T, folder string) { write(t, folder, "new.txt", "", 0o644) },
		"a new name": func(t *testing.T, folder string) {
			if err := os.Rename(filepath.Join(folder, "app.txt"), filepath.Join(folder, "b.txt")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		folder := fixture(t)
		before := digestOf(t, folder)
		change(t, folder)
		if digestOf(t, folder) == before {
			t.Errorf("%s: the digest stayed %s", name, before)
		}
	}
}

func TestContextDigestIgnoresWhatDoesNotMatter(t *testing.T) {
	folder := fixture(t)
	before := digestOf(t, folder)
	if other := digestOf(t, fixture(t)); other != before {
		t.Errorf("another folder with the same files: %s, want %s", other, before)
	}
	if err := os.Chmod(filepath.Join(folder, "app"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(folder, "app.txt"), time.Unix(0, 0), time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	if after := digestOf(t, folder); after != before {
		t.Errorf("folder mode, empty folder, time: %s, want %s", after, before)
	}
}

func TestContextDigestHashesTheLinkNotItsTarget(t *testing.T) {
	folder, target := fixture(t), filepath.Join(t.TempDir(), "target")
	write(t, filepath.Dir(target), "target", "one", 0o644)
	if err := os.Symlink(target, filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	before := digestOf(t, folder)
	write(t, filepath.Dir(target), "target", "two", 0o644)
	if after := digestOf(t, folder); after != before {
		t.Errorf("the target's content counted: %s, want %s", after, before)
	}
}

func TestContextDigestHonoursDockerignore(t *testing.T) {
	folder := fixture(t)
	write(t, folder, ".dockerignore", "*.log\n", 0o644)
	before := digestOf(t, folder)
	write(t, folder, "debug.log", "noise", 0o644)
	if after := digestOf(t, folder); after != before {
		t.Errorf("an ignored file counted: %s, want %s", after, before)
	}
}

func TestIgnoreRules(t *testing.T) {
	rules, err := parseIgnore("# comment\n*.log\n/build\n**/cache\n!keep.log\ndocs/*.md\n[ab].txt\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"a.log": true, "keep.log": false, "sub/a.log": false, "build": true, "build/x/y": true, "sub/build": false,
		"cache": true, "a/b/cache/x": true, "docs/x.md": true, "docs/sub/x.md": false, "a.txt": true, "c.txt": false,
	} {
		if got := rules.match(name); got != want {
			t.Errorf("%s: ignored %v, want %v", name, got, want)
		}
	}
}
