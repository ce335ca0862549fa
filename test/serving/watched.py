"""A server under the watch, as a pod has it. In: a rendered repository. Out: the watch's process with the real
tritonserver below it, the product's own options, and what the kubelet would hear."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rendering import KINDS, SERVER_SOURCES, render
from triton import Triton, free_ports

ROOT = Path(__file__).parents[2]
WATCH = SERVER_SOURCES / "watch.py"
# What a file beside the code says happens to each run of the graph; by `panic`, to the tokenizer; by `mute`, to the
# thread that sends answers.
FAULTS = """

def _fault():
    from pathlib import Path

    told = Path({file!r})
    return told.read_text() if told.exists() else ""


class _Faulty:
    def __init__(self, session):
        self._session = session

    def run(self, *arguments):
        import time

        if _fault() == "raise":
            raise RuntimeError("CUDA error 700")
        while _fault() == "hang":
            time.sleep(0.1)
        until = time.perf_counter() + {{"slow": 0.15, "long": 7}}.get(_fault(), 0)
        while time.perf_counter() < until:
            pass
        return self._session.run(*arguments)


_open_session = open_session


def open_session(path, threads):
    return _Faulty(_open_session(path, threads))
"""
PANIC = """

class _Panic(BaseException):
    pass


_texts_of = texts_of


def texts_of(*arguments):
    from pathlib import Path

    told = Path({file!r})
    if told.exists() and told.read_text() == "panic":
        raise _Panic("as the tokenizers package does when its Rust code panics")
    return _texts_of(*arguments)
"""
MUTE = """

class _Mute(ThreadPoolExecutor):
    def submit(self, work, *arguments):
        from pathlib import Path
        from time import sleep

        def unless_mute(*arguments):
            told = Path({file!r})
            while told.exists() and told.read_text() == "mute":
                sleep(0.1)
            return work(*arguments)

        return super().submit(unless_mute, *arguments)


ThreadPoolExecutor = _Mute
"""
PROGRAM = """
import { lifecycle } from "./components/server/lifecycle";
import { rolloutOptions } from "./components/server/options";
import { watchCommand } from "./components/server/watch";
const { watch: times } = lifecycle(rolloutOptions.parse({}));
const shared = { httpPort: 1, device: "cpu", instances: 2, times };
const command = ([kind, { pipeline, native }]) =>
  [kind, watchCommand({ ...shared, pipeline, onnxBackend: native ? "onnxruntime" : "python" })];
console.log(JSON.stringify(Object.fromEntries(Object.entries(KINDS).map(command))));
"""


@cache
def product_options() -> dict[str, list[str]]:
    """The options that the deployment gives the watch, for each kind of server; the stand-in for the C++ backend is a
    python process."""
    tsx = ROOT / "node_modules" / ".bin" / "tsx"
    run = subprocess.run(
        [tsx, "--eval", f"const KINDS = {json.dumps(KINDS)};{PROGRAM}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    said = json.loads(run.stdout)
    return {kind: [*command[2 : command.index("--")], "--graph-in=stub"] for kind, command in said.items()}


@dataclass
class Watched(Triton):
    """`kind`: of rendering.KINDS. `seconds`: other times than the product's."""

    kind: str = "fused"
    seconds: dict[str, float] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=lambda: free_ports(("http", "grpc", "metrics", "health")))
    # In a group of its own: what is left of a server that was killed goes with it.
    before_start: Callable[[], None] | None = os.setsid

    @property
    def termination_log(self) -> Path:
        return self.work / "termination-log"

    def command(self) -> list[str]:
        self.termination_log.touch()
        files = [f"--golden={self.golden}", f"--termination-log={self.termination_log}"]
        ports = [f"--http-port={self.ports['http']}", f"--health-port={self.ports['health']}"]
        times = [f"--{name}={value}" for name, value in self.seconds.items()]
        watch = [sys.executable, str(WATCH), *product_options()[self.kind], *files, *ports, *times]
        return ["env", f"POD_UID={self.pod_uid}", *watch, "--", *super().command()]

    def asked(self, path: str, host: str = "127.0.0.1") -> tuple[int, str]:
        """What the kubelet hears; 0 if nothing."""
        try:
            with urllib.request.urlopen(f"http://{host}:{self.ports['health']}{path}", timeout=2) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read().decode()
        except OSError as problem:
            return 0, str(problem)

    def becomes_ready(self, ready: bool = True, seconds: float = 20) -> float:
        """Waits until the kubelet hears that; returns the seconds that it took."""
        began = time.monotonic()
        while ((heard := self.asked("/ready"))[0] == 200) != ready:
            assert time.monotonic() - began < seconds, f"/ready is {heard}\n{self.log}"
            time.sleep(0.05)
        return time.monotonic() - began

    def fail(self, fault: str) -> None:
        """From now on: raise, hang, slow (0.15 s of work a run), long (7 s), panic, mute; empty: no more."""
        (self.work / "fault").write_text(fault, encoding="utf-8")

    def ends(self, seconds: float) -> int:
        return self._process.wait(timeout=seconds)

    def processes(self) -> dict[str, int]:
        """tritonserver, and the python process of each instance, by name."""
        (server,) = _children(self.process_id)
        stubs = {_arguments(stub)[-2]: stub for stub in _children(server)}
        return {"tritonserver": server, **stubs}

    def events(self) -> list[dict[str, Any]]:
        """What the watch has written."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith('{"level"')]

    def __enter__(self) -> "Watched":
        super().__enter__()
        return self

    def _stop(self) -> None:
        super()._stop()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process_id, signal.SIGKILL)


def watched(folder: Path, kind: str, seconds: dict[str, float] | None = None, **options: Any) -> Watched:
    """Not yet started; its code fails when it is told to."""
    repository, golden = render(folder, **KINDS[kind], **options)
    patches = {"bert_batching/sessions": FAULTS, "bert_serving/tokenise": PANIC, "bert_batching/engine": MUTE}
    for module, patch in patches.items():
        for file in repository.glob(f"*/1/{module}.py"):
            code = file.read_text(encoding="utf-8") + patch.format(file=str(folder / "fault"))
            file.write_text(code, encoding="utf-8")
    return Watched(repository, "ensemble_model", folder, golden, kind=kind, seconds=seconds or {})


def _children(process: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "--ppid", str(process), "-o", "pid="], stdout=subprocess.PIPE, text=True, check=False
    )
    return [int(pid) for pid in listed.stdout.split()]


def _arguments(process: int) -> list[str]:
    return Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")[:-1]
