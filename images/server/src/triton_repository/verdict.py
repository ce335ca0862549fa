"""What a build has found out about the model: data, so that it reaches whoever deploys. Nothing but another config,
other files or another version of this package changes it. What a machine or a network did is no part of it, and fails
the build.

In: problems. Out: verdict.json, `{"problems": [{"path": keys, "because": words, "remedy": words}]}`, each path in
spec.json. It lies in the image's last layer; golden_probe.py keeps a pod of a refused image from Ready. Standard
library only: `verify` runs in the server image."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def write_verdict(file: Path, problems: Sequence[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"problems": list(problems)}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_verdict(file: Path) -> list[dict[str, Any]]:
    """The problems that an earlier stage has found: none where it has written nothing."""
    problems: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["problems"] if file.exists() else []
    return problems
