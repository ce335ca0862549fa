"""Starts a Triton server, waits until golden_probe.py has an answer from it, and ends it. In: golden.json, the probe,
the server's command line. Out: verdict.json, which says what was answered wrongly, and exit status 0; 1, with the
reason, where nothing is known of the model.

Runs in the last but one stage of the server image's build, where only Python's standard library is sure to be there."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from triton_repository.verdict import read_verdict, write_verdict

# As golden_probe.py ends.
RIGHT, NOT_READY, WRONG = 0, 1, 2
PAUSE_SECONDS = 0.5
STOP_SECONDS = 30


def verify(golden: Path, probe: Path, server: Sequence[str], seconds: int, verdict: Path, earlier: Path) -> int:
    """`seconds`: how long the server may take to load before this gives up. `earlier`: a verdict of another stage. A
    model that is refused already is asked nothing."""
    refused = [*read_verdict(verdict), *read_verdict(earlier)]
    if refused:
        write_verdict(verdict, refused)
        return 0
    with tempfile.TemporaryFile() as log, tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        process = subprocess.Popen(server, stdout=log, stderr=subprocess.STDOUT)
        try:
            # No probe's limit here: one try may take all the time that there is.
            options = ["--golden", str(golden), "--termination-log", "", "--notes", "", "--timeout", str(seconds)]
            options += ["--verdict", "", "--report", str(report)]
            answer = _ask(process, [sys.executable, str(probe), *options], seconds)
        finally:
            _stop(process)
        if answer.returncode != 0:
            log.seek(0)
            print(log.read().decode(errors="replace"), file=sys.stderr)
        print(answer.stdout.strip(), file=sys.stderr if answer.returncode else sys.stdout)
        problems = _problems(report) if answer.returncode == WRONG else []
        if answer.returncode == RIGHT or problems:
            write_verdict(verdict, problems)
            return 0
        return 1


def _problems(report: Path) -> list[dict[str, Any]]:
    """For the verdict: none where something has failed that another try might find well."""
    failures = json.loads(report.read_text(encoding="utf-8"))
    if not all(failure["judged"] for failure in failures):
        return []
    remedy = "correct the example, or serve a model that answers so"
    return [
        {"path": ["examples", example], "because": failure["words"], "remedy": remedy}
        for failure in failures
        for example in failure["examples"]
    ]


def _ask(process: subprocess.Popen[bytes], probe: Sequence[str], seconds: int) -> subprocess.CompletedProcess[str]:
    deadline = time.monotonic() + seconds
    while True:
        answer = subprocess.run(probe, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if answer.returncode != NOT_READY:
            return answer
        if process.poll() is not None:
            answer.stdout = f"the server ended with status {process.returncode} before it was ready; its log is above"
            return answer
        if time.monotonic() > deadline:
            answer.stdout = f"the server was not ready after {seconds} s; its log is above"
            return answer
        time.sleep(PAUSE_SECONDS)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
