"""The real tritonserver for tests. In: a model repository. Out: a running server on ports of its own, ended by its
process id. Server, python backend and stub come from the PyPI wheel nvidia-pytriton, laid out as an installation."""

import contextlib
import hashlib
import http.client
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from flags import as_started

SITE = Path(sysconfig.get_paths()["purelib"])
WHEEL = SITE / "pytriton" / "tritonserver"
START_SECONDS, STOP_SECONDS = 60, 30
STARTS = 3
# Each worker of pytest-xdist (gw0, gw1, …) has ports of its own, lest two of them find the same one free. They lie
# below what the kernel gives to connections (net.ipv4.ip_local_port_range).
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
_PORTS = itertools.cycle(range(20_000 + 2_000 * _WORKER, 22_000 + 2_000 * _WORKER))
# As the watch says it to a model that knows no pod's UID.
DRAIN = f"drain-{hashlib.sha256(b'').hexdigest()[:32]}"


def backend_folder(folder: Path) -> Path:
    """The python backend with the stub for this Python, in the layout that --backend-directory wants."""
    python = folder / "python"
    python.mkdir(parents=True)
    for name in ("libtriton_python.so", "triton_python_backend_utils.py"):
        shutil.copy(WHEEL / "backends" / "python" / name, python / name)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    shutil.copy(WHEEL / "python_backend_stubs" / version / "triton_python_backend_stub", python)
    return folder


def server_environment(log_slower_than_ms: float = 0, metrics_port: int = 8002) -> dict[str, str]:
    """The stub takes its packages from the venv that is first on PATH. Every answer is logged, lest a test overlook a
    text in the log. Huge pages as in the pod (components/server/allocator.ts)."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    libraries = str(SITE / "nvidia_pytriton.libs")
    return {
        "PATH": path,
        "LD_LIBRARY_PATH": libraries,
        "TMPDIR": "/tmp",
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        "TRITON_BERT_LOG_SLOWER_THAN_MS": str(log_slower_than_ms),
        "TRITON_BERT_METRICS_PORT": str(metrics_port),
    }


def free_ports(names: tuple[str, ...] = ("http", "grpc", "metrics")) -> dict[str, int]:
    return {name: next(filter(_is_free, _PORTS)) for name in names}


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind(("0.0.0.0", port))
        except OSError:
            return False
        return True


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _post(url: str, content: bytes) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException), urllib.request.urlopen(url, content) as response:
        response.read()


@dataclass
class Triton:
    """A server, for a `with` block. `pod_uid` stands for what the kubelet fills into the arguments."""

    repository: Path
    api_name: str
    work: Path
    golden: Path
    pod_uid: str = field(default_factory=lambda: str(uuid.uuid4()))
    ports: dict[str, int] = field(default_factory=free_ports)
    log_slower_than_ms: float = 0
    behind_gateway: bool = False
    # Called in the new process before it becomes the server: to put it into a cgroup, say.
    before_start: Callable[[], None] | None = None

    @property
    def http(self) -> str:
        return f"127.0.0.1:{self.ports['http']}"

    @property
    def grpc(self) -> str:
        return f"127.0.0.1:{self.ports['grpc']}"

    @property
    def log(self) -> str:
        return (self.work / "log").read_text(encoding="utf-8", errors="replace")

    @property
    def process_id(self) -> int:
        return self._process.pid

    def command(self) -> list[str]:
        backends = f"--backend-directory={self.work / 'backends'}"
        binary = str(WHEEL / "bin" / "tritonserver")
        return [binary, *as_started(self.repository, self.ports, self.pod_uid, self.behind_gateway), backends]

    def __enter__(self) -> "Triton":
        backend_folder(self.work / "backends")
        for _ in range(STARTS):
            if self._starts():
                return self
        raise AssertionError(f"tritonserver did not start {STARTS} times:\n{self.log}")

    def _starts(self) -> bool:
        """False: it has ended by a fault of the python backend, seen on a busy machine, and may be tried again.
        Source: triton-inference-server/server issue 8882. A pod's container is started anew by the kubelet."""
        with (self.work / "log").open("wb") as log:
            self._process = subprocess.Popen(
                self.command(),
                env=server_environment(self.log_slower_than_ms, self.ports["metrics"]),
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=self.before_start,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._stop()
                if "boost::interprocess::lock_exception" in self.log:
                    return False
                raise AssertionError(f"tritonserver did not start:\n{self.log}")
            time.sleep(0.1)
        return True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def wait(self) -> int:
        """The exit code of a server that ends by itself; negative: the signal."""
        return self._process.wait(timeout=STOP_SECONDS)

    def alive(self) -> bool:
        return self._process.poll() is None

    def ask_to_end(self) -> None:
        """As the pod's first process does when the kubelet asks it to; the caller goes on meanwhile."""
        body = {"name": "text_input", "shape": [1, 1], "datatype": "BYTES", "data": ["triton-bert"]}
        content = json.dumps({"id": DRAIN, "inputs": [body]}).encode()
        threading.Thread(target=_post, args=(f"http://{self.http}/v2/models/{self.api_name}/infer", content)).start()
        time.sleep(0.3)
        self._process.terminate()

    def pending(self) -> int:
        """Requests that wait, as autoscaling sees them: in Triton's queues, and inside a model that has a pool."""
        inside = self.metric("triton_bert_pending_request_count") if self._has_pool() else 0
        return int(self.metric("nv_inference_pending_request_count") + inside)

    def _has_pool(self) -> bool:
        return any("Engine" in model.read_text(encoding="utf-8") for model in self.repository.glob("*/1/model.py"))

    def metric(self, name: str, **labels: str) -> float:
        """The sum over the series that have these labels."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['metrics']}/metrics", timeout=10) as response:
            metrics = response.read().decode()
        series = re.findall(rf"^{name}{{(.*)}} (.*)$", metrics, re.MULTILINE)
        assert series, metrics
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(float(value) for said, value in series if all(one in said.split(",") for one in wanted))

    def memory(self) -> int:
        """The most bytes that server and stubs have ever had resident, each, added up."""
        processes = [self.process_id, *_children(self.process_id)]
        statuses = [Path(f"/proc/{process}/status").read_text(encoding="utf-8") for process in processes]
        return sum(int(re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[0]) * 1024 for status in statuses)

    def _ready(self) -> bool:
        """Triton opens gRPC, then HTTP, and its metrics last: a model that is ready may have none to show yet."""
        model = f"http://{self.http}/v2/models/{self.api_name}/ready"
        metrics = f"http://127.0.0.1:{self.ports['metrics']}/metrics"
        return _answers(model) and _answers(metrics)

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._end_orphans()

    def _end_orphans(self) -> None:
        """The stubs of a server that has crashed, and their places in /dev/shm: nobody else would ever end them."""
        stub = str(self.work / "backends" / "python" / "triton_python_backend_stub")
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                program, *arguments = (process / "cmdline").read_text(encoding="utf-8").split("\0")
                if program == stub:
                    os.kill(int(process.name), signal.SIGKILL)
                    for region in (each for each in arguments if each.startswith("triton_python_backend_shm_region_")):
                        (Path("/dev/shm") / region).unlink(missing_ok=True)
