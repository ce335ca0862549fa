"""The processes of a running server, as the kernel sees them: is each still there, and does the graph's own work? In:
the server's process id, and which model runs the graph. Out: who is gone or stopped; seconds of CPU time.

A canary alone would find a dead one of several instances by chance only, and costs seconds where a process hangs.
Source: proc(5), /proc/pid/stat; python_backend, src/stub_launcher.cc, for the arguments of a stub."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator

STUB = "triton_python_backend_stub"
# Zombie, dead, stopped by a signal: no such process ever answers.
LIFELESS = "ZXT"
TICKS = os.sysconf("SC_CLK_TCK")

# Process or thread id → seconds of CPU time.
Work = Dict[int, float]


@dataclass(frozen=True)
class Process:
    lives: bool
    parent: int
    seconds: float


class Processes:
    def __init__(self, server: int, graph: str | None) -> None:
        """`graph`: the model whose python processes run it; None: threads of the server do."""
        self._server = server
        self._graph = graph
        # Of each python process the name of its instance, and its model's.
        self._stubs: dict[int, tuple[str, str]] = {}

    def remember(self) -> None:
        """To be called once the server has answered: what there is now must stay."""
        self._stubs = self._running()

    def lost(self) -> str:
        """Who is gone or stopped, in words; empty if nobody is."""
        if not _lives(self._server):
            return "tritonserver is stopped"
        missing = {instance for stub, (instance, _) in self._stubs.items() if not _lives(stub)}
        if missing:
            # Some releases of Triton start a process anew; then it is there by the next look.
            running = self._running()
            missing -= {instance for instance, _ in running.values()}
            if not missing:
                self._stubs = running
        return f"the process of {', '.join(sorted(missing))} is gone or stopped" if missing else ""

    def work(self) -> Work | None:
        """Of each of those who run the graph. None: it could not be read."""
        if self._graph is None:
            threads = _numbers(Path(f"/proc/{self._server}/task"))
            found = {thread: _read(f"{self._server}/task/{thread}") for thread in threads}
        else:
            found = {stub: _read(f"{stub}") for stub, (_, model) in self._stubs.items() if model == self._graph}
        return {number: process.seconds for number, process in found.items() if process is not None} or None

    def all(self) -> list[int]:
        """The server, and all that it and its processes have started."""
        parents = {number: process.parent for number, process in _everyone()}
        found, latest = [self._server], {self._server}
        while latest:
            latest = {number for number, parent in parents.items() if parent in latest}
            found += sorted(latest)
        return found

    def _running(self) -> dict[int, tuple[str, str]]:
        children = [number for number, process in _everyone() if process.parent == self._server and process.lives]
        named = [(number, _instance(number)) for number in children]
        return {number: instance for number, instance in named if instance is not None}


def busiest(before: Work | None, after: Work | None) -> float | None:
    """Seconds of work between two moments, of the one that did most."""
    if before is None or after is None:
        return None
    return max((after[number] - before.get(number, 0.0) for number in after), default=0.0)


def _instance(process: int) -> tuple[str, str] | None:
    """The instance and the model of a python process of the backend; none of another.
    Its arguments: `<stub> <repository>/<model>/1/model.py … <instance> <kind of its memory>`."""
    try:
        arguments = Path(f"/proc/{process}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")[:-1]
    except OSError:
        return None
    if len(arguments) < 4 or Path(arguments[0]).name != STUB:
        return None
    return arguments[-2], Path(arguments[1]).parent.parent.name


def _everyone() -> Iterator[tuple[int, Process]]:
    for number in _numbers(Path("/proc")):
        process = _read(str(number))
        if process is not None:
            yield number, process


def _numbers(folder: Path) -> list[int]:
    try:
        return [int(entry.name) for entry in folder.iterdir() if entry.name.isdigit()]
    except OSError:
        return []


def _lives(process: int) -> bool:
    found = _read(str(process))
    return found is not None and found.lives


def _read(task: str) -> Process | None:
    try:
        # The name, in brackets, may hold anything.
        fields = Path(f"/proc/{task}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return Process(fields[0] not in LIFELESS, int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS)
