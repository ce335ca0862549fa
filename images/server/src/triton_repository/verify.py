"""Starts a Triton server, waits until golden_probe.py has an answer from it, and ends it. In: golden.json, the probe,
the server's command line. Out: exit status 0 if every golden example was answered right; else 1, with the reason.

Runs in the last but one stage of the server image's build, where only Python's standard library is sure to be there: a
model that answers wrongly becomes no image."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

# golden_probe.py: "not ready yet", in contrast to a wrong answer (2).
NOT_READY = 1
PAUSE_SECONDS = 0.5
STOP_SECONDS = 30


def verify(golden: Path, probe: Path, server: Sequence[str], seconds: int) -> int:
    """`seconds`: how long the server may take to load before this gives up."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(server, stdout=log, stderr=subprocess.STDOUT)
        try:
            # No probe's limit here: one try may take all the time that there is.
            options = ["--golden", str(golden), "--termination-log", "", "--notes", "", "--timeout", str(seconds)]
            answer = _ask(process, [sys.executable, str(probe), *options], seconds)
        finally:
            _stop(process)
        if answer.returncode != 0:
            log.seek(0)
            print(log.read().decode(errors="replace"), file=sys.stderr)
        print(answer.stdout.strip(), file=sys.stderr if answer.returncode else sys.stdout)
        return 1 if answer.returncode else 0


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
