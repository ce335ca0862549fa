// The builds and pushes that run now, so that a provider that lost its engine takes them with it.
//
// In: each long-running command while it runs. Out: nothing left behind: without this, a killed `pulumi` would leave a
// build that nobody waits for, and the credentials of its push in a temporary folder.
package main

import (
	"errors"
	"os/exec"
	"sync"
	"syscall"
)

var running = struct {
	sync.Mutex
	commands map[*exec.Cmd]bool
	work     sync.WaitGroup
	stopped  bool
}{commands: map[*exec.Cmd]bool{}}

var errStopped = errors.New("the provider was told to end")

// startTracked starts a command unless the provider is on its way out.
func startTracked(command *exec.Cmd) error {
	running.Lock()
	defer running.Unlock()
	if running.stopped {
		return errStopped
	}
	if err := command.Start(); err != nil {
		return err
	}
	running.commands[command] = true
	return nil
}

func untrack(command *exec.Cmd) {
	running.Lock()
	defer running.Unlock()
	delete(running.commands, command)
}

// abandon ends what runs and returns when its temporary files are gone. The Docker CLI takes SIGTERM as "cancel the build".
func abandon() {
	running.Lock()
	running.stopped = true
	for command := range running.commands {
		_ = command.Process.Signal(syscall.SIGTERM)
	}
	running.Unlock()
	running.work.Wait()
}
