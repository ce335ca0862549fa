// Which Docker engine is meant, and whether it answers.
//
// In: the provider's `host`, else DOCKER_HOST, else the usual sockets. Out: the address that answered a ping.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

var errNoDaemon = errors.New("failed to connect to any docker daemon")

// dialTimeout bounds connecting only. A daemon that accepts and stays mute is waited for without end, as the real provider does.
const dialTimeout = 2 * time.Second

// findDaemon returns the address of the first engine that answers. An explicit host is the only candidate.
func findDaemon(ctx context.Context, configured string) (string, error) {
	for _, host := range candidates(configured) {
		err := ping(ctx, host)
		if err == nil {
			return host, nil
		}
		// The engine puts a plugin's standard error into its own log, where a person looks for the reason.
		fmt.Fprintf(os.Stderr, "error connecting to docker daemon at %s: %v\n", host, err)
	}
	return "", errNoDaemon
}

func candidates(configured string) []string {
	if configured == "" {
		configured = os.Getenv("DOCKER_HOST")
	}
	if configured != "" {
		return []string{configured}
	}
	hosts := []string{"unix:///var/run/docker.sock"}
	if home, err := os.UserHomeDir(); err == nil {
		hosts = append(hosts, "unix://"+filepath.Join(home, ".docker/run/docker.sock"), "unix://"+filepath.Join(home, ".docker/desktop/docker.sock"))
	}
	return hosts
}

func ping(ctx context.Context, host string) error {
	scheme, address, _ := strings.Cut(host, "://")
	if scheme != "unix" && scheme != "tcp" {
		return fmt.Errorf("the stand-in reaches an engine at unix:// and plain tcp:// only, not at %q", host)
	}
	dialer := net.Dialer{Timeout: dialTimeout}
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, scheme, address)
		},
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://docker/_ping", nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the engine's ping answered %s", response.Status)
	}
	return nil
}
