"""What the container's log and its termination log say. In: events. Out: lines of JSON on stdout, in the shape of those
of the models (bert_serving/respond.py); the reason of an end in the file that Kubernetes shows as its message."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any


def log(level: str, event: str, **fields: Any) -> None:
    print(json.dumps({"level": level, "event": event, **fields}), flush=True)


def write_termination_log(path: str, reason: str) -> None:
    """Outside a pod there is no such file, and none is made."""
    if path and Path(path).exists():
        with contextlib.suppress(OSError):
            Path(path).write_text(reason + "\n", encoding="utf-8")
