// build.contextDigest: what decides, beside the arguments, whether an image is built again.
//
// In: the build context and its Dockerfile. Out: hex SHA-256 over one record for each file: its name relative to the
// context, its mode as Go prints it, the SHA-256 of its content, and a NUL. The Dockerfile comes first, under the fixed
// name `Dockerfile` and with no mode, because the builder does not care for its name either. Folders are no records, so
// neither their mode nor empty ones matter; times and owners are not looked at.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

func contextDigest(context, dockerfile string) (string, error) {
	ignored, err := ignoreRules(context, dockerfile)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	if err := addRecord(sum, "Dockerfile", dockerfile, 0); err != nil {
		return "", err
	}
	err = filepath.WalkDir(context, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(context, path)
		if err != nil || entry.IsDir() || ignored.match(filepath.ToSlash(name)) {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return addRecord(sum, name, path, info.Mode())
	})
	if err != nil {
		return "", fmt.Errorf("unable to hash build context: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func addRecord(sum hash.Hash, name, path string, mode fs.FileMode) error {
	content, err := contentSum(path, mode)
	if err != nil {
		return fmt.Errorf("hashing %q: %w", path, err)
	}
	fmt.Fprintf(sum, "%s%s%s\x00", filepath.ToSlash(filepath.Clean(name)), mode, content)
	return nil
}

// contentSum is over the content of a regular file, over the resolved path of a symbolic link, over nothing otherwise.
func contentSum(path string, mode fs.FileMode) ([]byte, error) {
	sum := sha256.New()
	switch {
	case mode.Type() == fs.ModeSymlink:
		target, err := filepath.EvalSymlinks(path)
		if err != nil {
			return nil, err
		}
		io.WriteString(sum, filepath.ToSlash(filepath.Clean(target)))
	case mode.IsRegular():
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		if _, err := io.Copy(sum, file); err != nil {
			return nil, err
		}
	}
	return sum.Sum(nil), nil
}
