"""Starts a Triton server, waits until golden_probe.py has an answer from it, replays the model's proof, and ends it.
In: what to ask, the server's command line. Out: verdict.json, which says what was answered wrongly, and exit status 0;
one of build_faults.json, with the reason, where nothing is known of the model.

Runs in the last but one stage of the server image's build, where only Python's standard library is sure to be there."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build_faults import exit_code
from triton_repository.verdict import Verdict, joined, read_verdict, write_verdict

# As golden_probe.py ends.
RIGHT, NOT_READY, WRONG = 0, 1, 2
PAUSE_SECONDS = 0.5
STOP_SECONDS = 30


@dataclass(frozen=True)
class Asked:
    """`golden`: golden.json. `probe`: golden_probe.py. `replay`: replay.json. `repository`: what the server serves.
    `http`: where it listens."""

    golden: Path
    probe: Path
    replay: Path
    repository: Path
    http: str


def verify(asked: Asked, server: Sequence[str], seconds: int, verdict: Path, earlier: Path) -> int:
    """`seconds`: how long the server may take to load before this gives up. `earlier`: a verdict of another stage. A
    model that is refused already is asked nothing."""
    found = joined(read_verdict(verdict), read_verdict(earlier))
    if found.problems:
        write_verdict(verdict, found)
        return 0
    with tempfile.TemporaryFile() as log, tempfile.TemporaryDirectory() as folder:
        report, replayed = Path(folder, "report.json"), Path(folder, "replayed.json")
        common = ["--golden", str(asked.golden), "--http", asked.http]
        # No probe's limit here: one try may take all the time that there is.
        options = ["--termination-log", "", "--notes", "", "--timeout", str(seconds), "--verdict", ""]
        probe = [sys.executable, str(asked.probe), *common, *options, "--report", str(report)]
        replay = [sys.executable, "-m", "triton_repository.replay", *common, "--replay", str(asked.replay)]
        replay += ["--repository", str(asked.repository), "--out", str(replayed)]
        process = subprocess.Popen(server, stdout=log, stderr=subprocess.STDOUT)
        try:
            answer = _ask(process, probe, seconds)
            failures = _failures(report) if answer.returncode == WRONG else []
            known = answer.returncode == RIGHT or bool(failures)
            again = _run(replay) if known else None
        finally:
            _stop(process)
        is_known = known and again is not None and again.returncode == 0
        if not is_known or failures:
            log.seek(0)
            print(log.read().decode(errors="replace"), file=sys.stderr)
        for said in (answer, again):
            if said is not None:
                print(said.stdout.strip(), file=sys.stderr if said.returncode else sys.stdout)
        if not is_known:
            return exit_code("ServerNotReady" if answer.returncode == NOT_READY else "ServerFailed")
        problems = _problems(failures, json.loads(replayed.read_text(encoding="utf-8")))
        write_verdict(verdict, joined(found, Verdict(problems)))
        return 0


def _failures(report: Path) -> list[dict[str, Any]]:
    """None where something has failed that another try might find well."""
    failures: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))
    return failures if all(failure["judged"] for failure in failures) else []


def _problems(failures: Sequence[dict[str, Any]], replayed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For the verdict. What the probe found of the proof is told by the replay, which is stricter and sees more."""
    remedy = "correct the example, or serve a model that answers so"
    examples = [
        {"path": ["examples", example], "because": failure["words"], "remedy": remedy}
        for failure in failures
        for example in failure["examples"]
    ]
    others = [failure["words"] for failure in failures if not failure["examples"]]
    unseen = [{"path": ["server"], "because": words, "remedy": ""} for words in others[:1] if not replayed]
    return [*examples, *replayed, *unseen]


def _ask(process: subprocess.Popen[bytes], probe: Sequence[str], seconds: int) -> subprocess.CompletedProcess[str]:
    deadline = time.monotonic() + seconds
    while True:
        answer = _run(probe)
        if answer.returncode != NOT_READY:
            return answer
        if process.poll() is not None:
            answer.stdout = f"the server ended with status {process.returncode} before it was ready; its log is above"
            return answer
        if time.monotonic() > deadline:
            answer.stdout = f"the server was not ready after {seconds} s; its log is above"
            return answer
        time.sleep(PAUSE_SECONDS)


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
