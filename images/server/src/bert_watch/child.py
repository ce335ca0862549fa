"""The server as the child of the container's main process, to which the kernel gives duties that a program rarely has:
it gets no signal that it does not ask for, must hand on those that mean the server, and reap whoever is left behind.
In: a command. Out: its exit status, as a shell would say it.
Source: pid_namespaces(7), "The namespace init process"."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import Any, Callable, Sequence

# What a container is asked to end with. Triton takes either as "end when those in flight are answered".
ENDING = (signal.SIGTERM, signal.SIGINT)
# Python ignores these, and what is ignored stays so in a child.
DEFAULTS = (signal.SIGPIPE, signal.SIGXFSZ)


class Child:
    def __init__(self, command: Sequence[str], on_ending: Callable[[], None]) -> None:
        """`on_ending` is called when the container is told to end, before the server is. For the main thread, as
        Python's signals are."""
        self._on_ending = on_ending
        self._ended = threading.Event()
        self._killed: threading.Event | None = None
        # Until the handlers know whom to hand it on to, a signal waits.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        self.pid = os.posix_spawnp(command[0], list(command), os.environ, setsigmask=[], setsigdef=DEFAULTS)
        for number in ENDING:
            signal.signal(number, self._hand_on)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)

    def wait(self) -> int:
        """Returns when it has ended."""
        process, status = os.waitpid(-1, 0)
        while process != self.pid:
            process, status = os.waitpid(-1, 0)
        self._ended.set()
        if self._killed is not None:
            self._killed.wait()
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)

    def end(self, seconds: float, everyone: Sequence[int]) -> None:
        """For another thread than the one that waits: the server is asked to end, and after so many seconds it and
        everyone who is left is killed."""
        self._killed = threading.Event()
        _send(self.pid, signal.SIGTERM)
        self._ended.wait(seconds)
        for process in everyone:
            _send(process, signal.SIGKILL)
        self._killed.set()

    def _hand_on(self, number: int, _frame: Any) -> None:
        # Not in the handler, which would hold up the main thread, and with it the reaping.
        threading.Thread(target=self._end_softly, args=(number,), daemon=True).start()

    def _end_softly(self, number: int) -> None:
        self._on_ending()
        _send(self.pid, number)


def _send(process: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)
