"""The watch's other parts, without Triton: what it makes of an HTTP answer, the kernel's tables, a child's end."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bert_watch.canary import Canary
from bert_watch.health import HealthServer
from bert_watch.processes import Processes, busiest
from bert_watch.verdict import BROKEN, LATE, RIGHT, Counts, Health
from fitting import SOURCES

TENSORS = {"text": "text_input", "outputs": {"label": "predicts", "score": "scores"}}


def outputs(label: Any = "joy", *scores: Any) -> dict[str, Any]:
    return {"outputs": [{"name": "scores", "data": list(scores)}, {"name": "predicts", "data": [label]}]}


RIGHT_ANSWER = outputs("joy", 0.5)


class Triton(ThreadingHTTPServer):
    """Answers as it is told to; None: not until `go`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.tells: tuple[int, Any] | None = (200, RIGHT_ANSWER)
        self.stats: Any = {"model_stats": []}
        self.asked: list[dict[str, Any]] = []
        self.go = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Triton

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({"path": self.path, **body})
        if self.server.tells is None:
            self.server.go.wait(20)
        self._send(*(self.server.tells or (200, RIGHT_ANSWER)))

    def do_GET(self) -> None:
        self._send(200, self.server.stats)

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""

    def _send(self, status: int, content: Any) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def triton() -> Iterator[Triton]:
    with Triton() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.go.set()
        server.shutdown()


@pytest.fixture
def canary(triton: Triton) -> Canary:
    return Canary(triton.server_address[1], "mood", "model_onnx", TENSORS, "1-2-3")


def asked(canary: Canary, seconds: float = 5) -> tuple[str, str]:
    answer = canary.send() or canary.wait(seconds)
    return answer.canary, answer.because


def test_it_goes_first_and_nobody_can_know_its_id(triton: Triton, canary: Canary) -> None:
    assert asked(canary)[0] == RIGHT
    (request,) = triton.asked
    assert request["path"] == "/v2/models/mood/infer"
    secret = hashlib.sha256(b"1-2-3").hexdigest()[:32]
    assert request["id"] == f"watch-{secret}"
    assert request["inputs"][0]["data"] == ["triton-bert"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((200, RIGHT_ANSWER), RIGHT),
        ((200, outputs("[]", 0.1, 0.2)), RIGHT),
        ((200, outputs("joy", 0.5, float("nan"))), BROKEN),
        ((200, outputs("joy", None)), BROKEN),
        ((200, outputs("joy")), BROKEN),
        ((200, outputs("joy", float("nan"))), BROKEN),
        ((200, outputs("", 0.5)), BROKEN),
        ((200, {"outputs": []}), BROKEN),
        ((200, b"{"), BROKEN),
        ((400, {"error": "the graph refuses these inputs"}), BROKEN),
        ((500, {"error": "Stub process 'mood_0_0' is not healthy."}), BROKEN),
        ((500, b""), BROKEN),
        ((429, {"error": "too many"}), LATE),
        ((503, {"error": "Exceeds maximum queue size"}), LATE),
    ],
)
def test_what_an_answer_means(triton: Triton, canary: Canary, told: tuple[int, Any], expected: str) -> None:
    triton.tells = told
    outcome, because = asked(canary)
    assert outcome == expected
    if isinstance(told[1], dict) and "error" in told[1]:
        assert because == f"HTTP {told[0]}: {told[1]['error']}"


def test_the_model_is_told_that_the_server_is_about_to_end(triton: Triton, canary: Canary) -> None:
    canary.drain()
    (request,) = triton.asked
    assert request["id"] == f"drain-{hashlib.sha256(b'1-2-3').hexdigest()[:32]}"


def test_a_server_that_was_told_to_end_lives_and_is_not_ready() -> None:
    ending = threading.Event()
    health = HealthServer(0, 15, ending)
    ready, live = b"GET /ready HTTP/1.1", b"GET /live HTTP/1.1"
    assert [health.answer(request)[0] for request in (ready, live)] == [503, 200]
    health.show(Health(True, False, "the model answers"))
    assert health.answer(ready) == (200, "the model answers")
    ending.set()
    assert [health.answer(request)[0] for request in (ready, live)] == [503, 200]


def test_a_watch_that_has_stopped_looking_is_not_alive() -> None:
    assert HealthServer(0, 0, threading.Event()).answer(b"GET /live HTTP/1.1")[0] == 503


def test_nobody_there_is_broken() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert asked(Canary(port, "mood", None, TENSORS, ""))[0] == BROKEN


def test_a_late_answer_counts_when_it_comes(triton: Triton, canary: Canary) -> None:
    triton.tells = None
    for _ in range(3):
        assert asked(canary, 0.05) == (LATE, "no answer")
    triton.go.set()
    assert all(canary.wait(5).canary == RIGHT for _ in range(3))
    canary.close()


def test_counts_are_those_of_the_public_model_and_the_one_behind(triton: Triton, canary: Canary) -> None:
    assert canary.counts() is None
    triton.stats = {
        "model_stats": [
            {"name": "mood", "execution_count": 0, "inference_stats": {"success": {"count": 5}}},
            {"name": "model_onnx", "execution_count": 3, "inference_stats": {"success": {"count": 9}}},
        ]
    }
    assert canary.counts() == Counts(answers=5, runs=3)


STUB = "import time; time.sleep(60)"


def test_processes_of_the_backend_are_known_by_their_instance(tmp_path: Path) -> None:
    """A shell stands for tritonserver; what it starts has the name and arguments of a stub."""
    (tmp_path / "triton_python_backend_stub").symlink_to(sys.executable)
    stub = f"{tmp_path}/triton_python_backend_stub"
    script = f"{stub} /models/mood/1/model.py mood_0_0 DEFAULT & {stub} /models/mood/1/model.py mood_0_1 DEFAULT & wait"
    (tmp_path / "models" / "mood" / "1").mkdir(parents=True)
    (tmp_path / "models" / "mood" / "1" / "model.py").write_text(STUB)
    server = subprocess.Popen(["sh", "-c", script.replace("/models", f"{tmp_path}/models")])
    processes = Processes(server.pid, "mood")
    try:
        while len(processes.all()) < 3 or "triton" not in _command(processes.all()[-1]):
            pass
        assert processes.lost() == ""
        processes.remember()
        assert processes.lost() == ""
        assert set(processes.work() or {}) == set(processes.all()[1:])
        victim = processes.all()[1]
        name = _command(victim).split("\0")[-3]
        for sent in ("-STOP", "-CONT", "-KILL"):
            subprocess.run(["kill", sent, str(victim)], check=True)
            wanted = "" if sent == "-CONT" else f"the process of {name} is gone or stopped"
            while processes.lost() != wanted:
                pass
    finally:
        for process in processes.all():
            subprocess.run(["kill", "-KILL", str(process)], check=False)
        server.wait()
    assert processes.lost() == "tritonserver is stopped"


def test_threads_of_the_server_work_where_it_runs_the_graph_itself() -> None:
    processes = Processes(os.getpid(), None)
    before, until = processes.work(), time.process_time() + 0.3
    while time.process_time() < until:
        pass
    worked = busiest(before, processes.work())
    assert worked is not None
    assert worked >= 0.2


def test_the_busiest_is_who_did_most_since() -> None:
    assert busiest({1: 5.0, 2: 1.0}, {1: 5.5, 2: 3.0, 3: 0.5}) == 2.0
    assert busiest(None, {1: 1.0}) is None


def _command(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_text()


def started(folder: Path, script: str) -> "subprocess.Popen[str]":
    """The watch, with a shell in the place of tritonserver."""
    golden = folder / "golden.json"
    golden.write_text(json.dumps({"apiName": "mood", "tensors": TENSORS}))
    options = [f"--golden={golden}", "--health-port=0", "--http-port=1", "--termination-log="]
    watch = [sys.executable, str(SOURCES / "watch.py"), *options, "--", "sh", "-c", script]
    return subprocess.Popen(watch, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("script", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -KILL $$", 137), ("kill -SEGV $$", 139)]
)
def test_it_ends_as_the_server_does_and_says_that_nobody_asked_for_it(tmp_path: Path, script: str, status: int) -> None:
    watch = started(tmp_path, script)
    said, _ = watch.communicate(timeout=20)
    assert watch.returncode == status
    assert json.loads(said) == {"level": "error", "event": "the server has ended by itself", "status": status}


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_who_tells_it_to_end_tells_the_server(tmp_path: Path, sent: signal.Signals) -> None:
    script = f"trap 'echo told; exit 0' {sent.name[3:]}; touch {tmp_path}/up; while :; do sleep 0.1; done"
    watch = started(tmp_path, script)
    while not (tmp_path / "up").exists():
        time.sleep(0.05)
    watch.send_signal(sent)
    said, _ = watch.communicate(timeout=20)
    assert (said, watch.returncode) == ("told\n", 0)
