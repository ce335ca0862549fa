"""Promise: nothing is ready until it has answered right; what failed is said with text, expected and got."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess
from threading import Event, Thread
from time import sleep
from typing import Any, ClassVar

import pytest

import golden_probe
from build_faults import exit_code
from rendering import ROOT, SERVER_SOURCES, render
from triton import Triton, backend_folder, free_ports, server_environment

PROBE = SERVER_SOURCES / "golden_probe.py"
# In the image both lie in one folder.
BESIDE_THE_PROBE = {"PYTHONPATH": str(ROOT / "images" / "shared")}
RIGHT, NOT_READY, WRONG = 0, 1, 2


def probe(
    golden: Path, http: str, termination_log: Path, timeout: float = 20, notes: str = "", verdict: str = ""
) -> "CompletedProcess[str]":
    termination_log.touch()
    command = [sys.executable, str(PROBE), "--golden", str(golden), "--http", http]
    command += ["--termination-log", str(termination_log), "--timeout", str(timeout), "--notes", notes]
    command += ["--verdict", verdict]
    # As bare as a container: no locale.
    environment = {"PATH": "/usr/bin", **BESIDE_THE_PROBE}
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)


def changed(server: Triton, folder: Path, **changes: Any) -> Path:
    golden = json.loads(server.golden.read_text(encoding="utf-8"))
    file = folder / "golden.json"
    file.write_text(json.dumps({**golden, **changes}), encoding="utf-8")
    return file


def test_right_answers(server: Triton, tmp_path: Path) -> None:
    run = probe(server.golden, server.http, tmp_path / "log")
    said = "2 of 2 golden examples and 5 of 5 texts of the proof answered right\n"
    assert (run.returncode, run.stdout) == (RIGHT, said)
    assert (tmp_path / "log").read_text() == ""


def test_an_image_that_its_build_refused_is_never_ready(server: Triton, tmp_path: Path) -> None:
    verdict = tmp_path / "verdict.json"
    verdict.write_text(json.dumps({"problems": [{"path": ["labels", "2"], "because": "is too many", "remedy": ""}]}))
    run = probe(server.golden, server.http, tmp_path / "log", verdict=str(verdict))
    assert (run.returncode, run.stdout) == (WRONG, "labels.2: is too many\n")
    assert (tmp_path / "log").read_text() == run.stdout
    verdict.write_text(json.dumps({"problems": []}))
    assert probe(server.golden, server.http, tmp_path / "log", verdict=str(verdict)).returncode == RIGHT


def test_more_examples_than_fit_one_request(server: Triton, tmp_path: Path) -> None:
    examples = [{"text": "love", "predicts": "joy", "minScore": 0.5}] * 9
    assert probe(changed(server, tmp_path, examples=examples), server.http, tmp_path / "log").returncode == RIGHT


def test_without_examples_the_proof_is_asked(server: Triton, tmp_path: Path) -> None:
    golden = changed(server, tmp_path, examples=[])
    run = probe(golden, server.http, tmp_path / "log")
    assert (run.returncode, run.stdout) == (RIGHT, "5 of 5 texts of the proof answered right\n")
    other = json.loads(golden.read_text(encoding="utf-8"))
    first, second = other["proof"]["texts"][1:3]
    first["answer"]["label"], second["answer"]["score"] = "distress", second["answer"]["score"] + 0.021
    golden.write_text(json.dumps(other), encoding="utf-8")
    run = probe(golden, server.http, tmp_path / "log")
    assert run.returncode == WRONG
    (line,) = run.stdout.splitlines()
    assert "does not answer as the one that was proven: 2 of 5 built-in texts" in line
    assert 'text "I love it", expected {"label": "distress", "score": 0.' in line
    assert 'got {"label": "joy", "score": 0.' in line
    assert (tmp_path / "log").read_text(encoding="utf-8") == run.stdout


def test_where_nothing_is_known_any_answer_will_do(server: Triton, tmp_path: Path) -> None:
    unsure = {"within": 0.02, "texts": []}
    run = probe(changed(server, tmp_path, examples=[], proof=unsure), server.http, tmp_path / "log")
    assert (run.returncode, run.stdout) == (RIGHT, "some text answered right\n")


def test_no_call_is_larger_than_a_request_may_be(server: Triton) -> None:
    golden = json.loads(server.golden.read_text(encoding="utf-8"))
    texts = [entry["text"] for entry in golden["examples"] + golden["proof"]["texts"]]
    calls = list(golden_probe.calls([{"text": text} for text in texts], size=64, most_bytes=50, done=[1]))
    assert calls == [[0, 2, 3], [4, 5], [6]]
    assert all(sum(len(texts[position].encode()) for position in call) <= 50 for call in calls)


@pytest.mark.parametrize(
    ("example", "says"),
    [
        ({"text": "спасибо", "predicts": "distress"}, 'text "спасибо", expected "distress", got "joy"'),
        (
            {"text": "love", "predicts": "joy", "minScore": 0.9999},
            'expected "joy" with a score of at least 0.9999, got',
        ),
        ({"text": "", "predicts": "joy", "minScore": 0}, "text_input[1] is empty"),
    ],
)
def test_a_wrong_answer_is_told(server: Triton, tmp_path: Path, example: dict[str, object], says: str) -> None:
    right = {"text": "great", "predicts": "joy", "minScore": 0}
    run = probe(changed(server, tmp_path, examples=[right, example]), server.http, tmp_path / "log")
    assert run.returncode == WRONG
    assert says in run.stdout
    assert (tmp_path / "log").read_text(encoding="utf-8") == run.stdout


def test_absent_server_and_absent_model(server: Triton, tmp_path: Path) -> None:
    run = probe(server.golden, f"127.0.0.1:{free_ports()['http']}", tmp_path / "log")
    assert run.returncode == NOT_READY
    assert "is not up" in run.stdout
    run = probe(changed(server, tmp_path, apiName="other"), server.http, tmp_path / "log")
    assert run.returncode == NOT_READY
    assert "not ready" in run.stdout
    assert (tmp_path / "log").read_text() == ""


def test_a_late_answer_is_no_wrong_answer(server: Triton, tmp_path: Path) -> None:
    class Late(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            probed.wait(20)

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    probed = Event()
    late = ThreadingHTTPServer(("127.0.0.1", 0), Late)
    Thread(target=late.serve_forever, daemon=True).start()
    run = probe(server.golden, f"127.0.0.1:{late.server_port}", tmp_path / "log", timeout=0.3)
    probed.set()
    late.shutdown()
    said = "no answer within 0.3 s, 0 of 2 golden examples and 0 of 5 texts of the proof answered so far\n"
    assert (run.returncode, run.stdout) == (NOT_READY, said)


class Slow(BaseHTTPRequestHandler):
    """A model that is right, and takes its time."""

    asked: ClassVar[list[list[str]]] = []

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def do_POST(self) -> None:
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["inputs"][0]["data"]
        self.asked.append(texts)
        sleep(0.4)
        answers = {"predicts": ["joy"] * len(texts), "scores": [0.9] * len(texts)}
        outputs = [{"name": name, "shape": [len(texts)], "data": data} for name, data in answers.items()]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"outputs": outputs}).encode())

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


def test_a_slow_model_answers_over_several_tries(tmp_path: Path) -> None:
    """Six calls of 0.4 s don't fit one try of 1 s; no example that was right is asked again by a later try."""
    Slow.asked.clear()
    slow = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    Thread(target=slow.serve_forever, daemon=True).start()
    golden = tmp_path / "golden.json"
    examples: list[dict[str, Any]] = [
        {"text": f"{number} " + "love " * 100, "predicts": "joy", "minScore": 0.5} for number in range(6)
    ]
    names = {"text": "text_input", "outputs": {"label": "predicts", "score": "scores"}}
    asked = {"task": "textClassification", "labels": ["joy", "distress"]}
    unproven: dict[str, Any] = {"within": 0.02, "texts": []}
    content = {"apiName": "m", "maxBatchSize": 4, "requestBytes": 1 << 20, **asked, "tensors": names}
    content |= {"examples": examples, "proof": unproven}
    golden.write_text(json.dumps(content), encoding="utf-8")
    notes, address = str(tmp_path / "notes"), f"127.0.0.1:{slow.server_port}"
    tries = [probe(golden, address, tmp_path / "log", timeout=1, notes=notes).returncode]
    while tries[-1] == NOT_READY and len(tries) < 20:
        tries.append(probe(golden, address, tmp_path / "log", timeout=1, notes=notes).returncode)
    assert tries[0] == NOT_READY
    assert tries[-1] == RIGHT
    assert all(len(texts) == 1 for texts in Slow.asked)
    # Another golden.json is another question: nothing of the notes counts.
    examples += [{"text": "great", "predicts": "distress"}]
    golden.write_text(json.dumps(content), encoding="utf-8")
    assert probe(golden, address, tmp_path / "log", timeout=20, notes=notes).returncode == WRONG
    assert {texts[0] for texts in Slow.asked[-7:]} == {example["text"] for example in examples}
    slow.shutdown()


def verify(folder: Path, breaks: Callable[[Path], None] | None = None, **options: Any) -> "CompletedProcess[str]":
    """As the image build does it, but for the ports. `breaks`: what happens to the repository before."""
    repository, golden = render(folder, **options)
    if breaks:
        breaks(repository)
    server = Triton(repository, "ensemble_model", folder, golden)
    backend_folder(folder / "backends")
    command = [sys.executable, "-m", "triton_repository", "verify", "--golden", str(golden), "--probe", str(PROBE)]
    command += ["--replay", str(folder / "replay.json"), "--repository", str(repository), "--http", server.http]
    command += ["--verdict", str(folder / "verdict.json"), "--earlier", str(folder / "graph.json"), "--"]
    sources = [str(SERVER_SOURCES), *BESIDE_THE_PROBE.values()]
    environment = server_environment() | {"PYTHONPATH": os.pathsep.join(sources)}
    return subprocess.run(
        [*command, *server.command()], env=environment, capture_output=True, encoding="utf-8", check=False
    )


def verdict(folder: Path) -> Any:
    return json.loads((folder / "verdict.json").read_text(encoding="utf-8"))["problems"]


def test_the_image_build_notes_a_wrong_answer(tmp_path: Path) -> None:
    right = {"text": "love", "predicts": "joy"}
    run = verify(tmp_path, examples=[right, {"text": "I love it", "predicts": "distress"}, right])
    assert run.returncode == 0, run.stderr
    (problem,) = verdict(tmp_path)
    assert problem["path"] == ["examples", 1]
    assert 'text "I love it", expected "distress", got "joy"' in problem["because"]


def test_the_image_build_notes_an_example_that_the_server_refuses(tmp_path: Path) -> None:
    run = verify(tmp_path, examples=[{"text": "." * 70_000, "predicts": "joy"}])
    assert run.returncode == 0, run.stderr
    (problem,) = verdict(tmp_path)
    assert problem["path"] == ["examples", 0]
    assert "is too long" in problem["because"]


@pytest.mark.parametrize("stages", [["verdict"], ["graph"], ["verdict", "graph"]])
def test_the_image_build_asks_nothing_of_a_model_that_is_refused(tmp_path: Path, stages: list[str]) -> None:
    found = [{"path": [stage], "because": "is wrong", "remedy": ""} for stage in stages]
    for stage, problem in zip(stages, found, strict=True):
        (tmp_path / f"{stage}.json").write_text(json.dumps({"problems": [problem]}))
    assert verify(tmp_path).returncode == 0
    assert verdict(tmp_path) == found


def test_the_image_build_goes_on_after_right_answers(tmp_path: Path) -> None:
    run = verify(tmp_path, examples=[{"text": "I love it", "predicts": "joy"}])
    assert run.returncode == 0, run.stderr
    assert "1 of 1 golden examples and 5 of 5 texts of the proof answered right" in run.stdout
    assert "7 built-in texts answered as by the model that was proven" in run.stdout
    assert verdict(tmp_path) == []


def test_a_regression_is_right_below_zero(tmp_path: Path) -> None:
    asked = {"text": "I love it", "predicts": "joy"}
    run = verify(tmp_path, activation="none", shift=-10, examples=[asked, {**asked, "minScore": -9}])
    assert run.returncode == 0, run.stderr
    assert verdict(tmp_path) == []


def test_the_image_build_stops_on_a_server_that_does_not_start(tmp_path: Path) -> None:
    def no_graph(repository: Path) -> None:
        (repository / "model_onnx" / "1" / "model.onnx").write_bytes(b"no graph")

    run = verify(tmp_path, no_graph)
    assert run.returncode == exit_code("ServerNotReady")
    assert "before it was ready" in run.stderr
    assert "model_onnx" in run.stderr
    assert not (tmp_path / "verdict.json").exists()
