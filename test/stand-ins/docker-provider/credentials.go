// Registry credentials for one build and its push.
//
// In: the user's Docker configuration, the image's `registry`. Out: a folder for DOCKER_CONFIG, readable by its owner
// only, that the caller removes. Only credentials are taken over: the user's other client settings (proxies that become
// build arguments, contexts) reach the real provider's builds neither.
package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

type authEntry map[string]string

type clientConfig struct {
	Auths             map[string]authEntry `json:"auths,omitempty"`
	CredentialHelpers map[string]string    `json:"credHelpers,omitempty"`
	CredentialsStore  string               `json:"credsStore,omitempty"`
}

func writeCredentials(image imageArgs, warn func(string)) (string, error) {
	ambient, err := ambientFolder()
	if err != nil {
		return "", err
	}
	config, err := readConfig(filepath.Join(ambient, "config.json"))
	if err != nil {
		return "", err
	}
	switch user, password := image.registry.username, image.registry.password; {
	case user != "" && password != "":
		config.add(registryAddress(image), user, password)
	case user != "" || password != "":
		warn("registry.username and registry.password must both be set; using the Docker configuration's credentials")
	}
	folder, err := os.MkdirTemp("", "triton-bert-docker-config-")
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(config)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "config.json"), text, 0o600)
	}
	if plugins := filepath.Join(ambient, "cli-plugins"); err == nil && exists(plugins) {
		// The buildx plugin may live beside the user's configuration.
		err = os.Symlink(plugins, filepath.Join(folder, "cli-plugins"))
	}
	if err != nil {
		os.RemoveAll(folder)
		return "", err
	}
	return folder, nil
}

func ambientFolder() (string, error) {
	if folder := os.Getenv("DOCKER_CONFIG"); folder != "" {
		return filepath.Abs(folder)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".docker"), nil
}

func readConfig(file string) (clientConfig, error) {
	config := clientConfig{}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return config, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &config)
	}
	if err != nil {
		return config, fmt.Errorf("reading the Docker configuration %s: %w", file, err)
	}
	return config, nil
}

// add sets one registry's credentials and keeps a credential store from being asked for it.
func (c *clientConfig) add(address, user, password string) {
	if c.Auths == nil {
		c.Auths = map[string]authEntry{}
	}
	if c.CredentialHelpers == nil {
		c.CredentialHelpers = map[string]string{}
	}
	c.Auths[address] = authEntry{"auth": base64.StdEncoding.EncodeToString([]byte(user + ":" + password))}
	c.CredentialHelpers[address] = ""
}

// registryAddress is the key of a registry's credentials: its host, and for Docker Hub the one historic URL.
func registryAddress(image imageArgs) string {
	server := image.registry.server
	if server == "" {
		server = image.name
	}
	_, after, found := strings.Cut(server, "://")
	if found {
		server = after
	}
	host, _, _ := strings.Cut(server, "/")
	switch host {
	case "docker.io", "index.docker.io", "registry-1.docker.io":
		return "https://index.docker.io/v1/"
	}
	return host
}
