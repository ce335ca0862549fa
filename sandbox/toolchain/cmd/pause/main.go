// Pause holds the namespaces of a pod on the sandbox's node, as the registry's pause image does elsewhere: no image can
// be pulled into the sandbox, so this program is put into a FROM scratch image and named in containerd's config.
// It does nothing until it is told to stop, and reaps the orphans of a shared process namespace on the way.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		for {
			if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 || err != nil {
				break
			}
		}
	}
}
