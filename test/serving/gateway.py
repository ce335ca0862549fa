"""The gateway for tests: the real nginx with the product's own configuration, before a server of triton.py. In: the
server, and what the configuration depends on. Out: ports of its own. Debian's nginx 1.22 with njs 0.7.9, the oldest
that is promised; test/pythonVenvs.ts installs it."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from flags import ROOT
from triton import Triton, free_ports

NGINX = Path("/usr/sbin/nginx")
START_SECONDS = 10
PROGRAM = """
import { readFileSync } from "node:fs";
import { gatewayConfig } from "./components/kubernetes/gateway/config";
import { CHECK_SOURCE } from "./components/kubernetes/gateway/container";
const input = JSON.parse(process.env.GATEWAY_INPUT ?? "");
console.log(JSON.stringify({ config: gatewayConfig(input), check: CHECK_SOURCE }));
"""
LIMITS = {"textBytes": 65536, "requestBytes": 1048576, "bodyBytes": 3211264, "waitSeconds": 10, "waitingRequests": 1000}


@cache
def product_config(input_json: str) -> tuple[str, str]:
    """nginx.conf and check.js as the container gets them."""
    tsx = ROOT / "node_modules" / ".bin" / "tsx"
    env = os.environ | {"GATEWAY_INPUT": input_json}
    run = subprocess.run([tsx, "--eval", PROGRAM], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True)
    said = json.loads(run.stdout)
    return said["config"], said["check"]


@dataclass
class Gateway:
    """An nginx before `triton`, for a `with` block. It has what ask.py asks of a server."""

    triton: Triton
    work: Path
    limits: dict[str, int] = field(default_factory=dict)
    stream_seconds: int = 60
    connection_seconds: int = 2
    exit_seconds: int = 5
    # Of a server that says nothing; the product waits for a minute at least.
    silent_seconds: int = 60
    ports: dict[str, int] = field(default_factory=lambda: free_ports(("http", "grpc", "ready")))

    @property
    def api_name(self) -> str:
        return self.triton.api_name

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

    def _input(self) -> dict[str, Any]:
        return {
            "lifecycle": {"connectionSeconds": self.connection_seconds, "exitTimeoutSeconds": self.exit_seconds},
            "limits": LIMITS | self.limits,
            "grpc": True,
            "streamSeconds": self.stream_seconds,
        }

    def _files(self) -> Path:
        config, check = product_config(json.dumps(self._input()))
        ours = {"[::]:8000 ": self.ports["http"], "[::]:8001 ": self.ports["grpc"], "[::]:8004 ": self.ports["ready"]}
        for listen, port in ours.items():
            assert listen in config, listen
            config = config.replace(listen, f"[::]:{port} ")
        for port, name in ((18000, "http"), (18001, "grpc")):
            assert f"127.0.0.1:{port};" in config
            config = config.replace(f"127.0.0.1:{port};", f"127.0.0.1:{self.triton.ports[name]};")
        assert config.count("_read_timeout 60s;") >= 2
        config = config.replace("_read_timeout 60s;", f"_read_timeout {self.silent_seconds}s;")
        config = config.replace(" /tmp/", f" {self.work}/")
        probe = "location = /gateway { return 200; }"
        assert probe in config
        config = config.replace(probe, f"{probe} location = /status {{ stub_status; }}")
        # A pod's nginx is nobody's root; here it would step down, and pytest's folders are root's alone.
        config = f"user root;\n{config}" if os.geteuid() == 0 else config
        (self.work / "check.js").write_text(check, encoding="utf-8")
        (self.work / "nginx.conf").write_text(config, encoding="utf-8")
        return self.work / "nginx.conf"

    def __enter__(self) -> "Gateway":
        self.work.mkdir(parents=True, exist_ok=True)
        command = [str(NGINX), "-e", "stderr", "-c", str(self._files())]
        with (self.work / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_SECONDS
        while not self.ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise AssertionError(f"nginx did not start:\n{self.log}")
            time.sleep(0.05)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait(timeout=START_SECONDS)

    def quit(self) -> None:
        """As preStop does."""
        self._process.send_signal(signal.SIGQUIT)

    def wait(self) -> int:
        return self._process.wait(timeout=START_SECONDS)

    def under_way(self) -> int:
        """Requests whose header it has read and which it has not answered yet."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['ready']}/status", timeout=5) as answer:
            _, _, writing = answer.read().decode().partition("Writing: ")
        asked_for_the_count = 1
        return int(writing.split()[0]) - asked_for_the_count

    def ready(self, path: str = "/gateway") -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['ready']}{path}", timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False
