"""What can be seen of a server from outside of its requests. In: addresses, and its process id where it is on this
machine. Out: States to compare, and what is wrong between two of them."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import wire
from kind import PATIENCE_SECONDS, Target

IDLE_SECONDS = 3
# Connections of good clients come and go; what leaks does so with every request.
MOST_FILES = 100
# Until all that odd clients have left behind has been worked off.
PENDING_SECONDS = 60


@dataclass(frozen=True)
class Process:
    name: str
    # MiB that are its own, and its share of what it has in common with others.
    memory: float


@dataclass(frozen=True)
class State:
    # The server and its children, which are the stubs of the python models; empty if it is on another machine.
    processes: Mapping[int, Process] = field(default_factory=dict)
    # Open files of the server: connections, mostly.
    files: int = 0
    pending: int = 0
    # Failures that a model takes for its own fault: bugs.
    faults: int = 0

    @property
    def memory(self) -> float:
        return sum(process.memory for process in self.processes.values())


@dataclass(frozen=True)
class Watch:
    target: Target
    # Triton's own address, whatever stands before it.
    http: str
    metrics: str
    process: int | None

    async def state(self) -> State:
        metrics = await self._metrics()
        pending = _sum(metrics, r"nv_inference_pending_request_count\{.*\}")
        faults = _sum(metrics, r'triton_bert_failures_total\{.*fault="server".*\}')
        if self.process is None:
            return State(pending=pending, faults=faults)
        files = sum(1 for _ in Path(f"/proc/{self.process}/fd").iterdir())
        return State({one: _process(one) for one in _family(self.process)}, files, pending, faults)

    async def idle(self) -> State:
        """Once nothing waits any more, and a moment later."""
        for _ in range(PENDING_SECONDS):
            await asyncio.sleep(1)
            if not (await self.state()).pending:
                break
        await asyncio.sleep(IDLE_SECONDS)
        return await self.state()

    async def problems(self, before: State) -> list[str]:
        """Whether the server is there, is ready, and is the same as before."""
        paths = ("/v2/health/live", "/v2/health/ready", f"/v2/models/{self.target.model}/ready")
        found = [await wire.outcome(self.http, wire.head("GET", path, {})) for path in paths]
        wrong = [f"{path}: {outcome}" for path, outcome in zip(paths, found, strict=True) if outcome != "answered"]
        if self.process is not None and _family(self.process) != set(before.processes):
            wrong.append(f"processes were {sorted(before.processes)}, are {sorted(_family(self.process))}")
        return wrong

    async def _metrics(self) -> str:
        async with asyncio.timeout(PATIENCE_SECONDS), wire.connected(self.metrics) as connection:
            connection.writer.write(wire.head("GET", "/metrics", {}))
            return (await wire.read_answer(connection.reader)).body.decode()


def growth_problems(before: State, after: State, most: float) -> list[str]:
    """Of a server that idles again. `most`: MiB that it may have grown by."""
    grown = after.memory - before.memory
    wrong = [f"memory grew by {grown:.0f} MiB, over {most:.0f}"] if grown > most else []
    if after.files > before.files + MOST_FILES:
        wrong.append(f"open files were {before.files}, are {after.files}")
    if after.pending:
        wrong.append(f"{after.pending} requests still wait")
    if after.faults > before.faults:
        wrong.append(f"{after.faults - before.faults} requests met a bug of a model; its log says where")
    return wrong


def _sum(metrics: str, series: str) -> int:
    return sum(int(float(value)) for value in re.findall(rf"^{series} (\S+)$", metrics, re.MULTILINE))


def _family(parent: int) -> set[int]:
    found = {parent} if Path(f"/proc/{parent}").exists() else set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name before it may hold spaces and parentheses.
            after_name = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        # A process that has ended and that nobody has asked for is none.
        if int(after_name[1]) == parent and after_name[0] != "Z":
            found.add(int(stat.parent.name))
    return found


def _process(process: int) -> Process:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    kilobytes = int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return Process(Path(f"/proc/{process}/comm").read_text().strip(), kilobytes / 1024)
