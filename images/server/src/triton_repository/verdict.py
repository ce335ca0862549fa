"""What a build has found out about the model: data, so that it reaches whoever deploys. Nothing but another config,
other files or another version of this package changes it. What a machine or a network did is no part of it, and fails
the build.

In: problems, for which the model is refused, and warnings, with which it is served. Out: verdict.json,
`{"problems": [{"path": keys, "because": words, "remedy": words}], "warnings": [{"path": keys, "text": words}]}`, each
path in spec.json. It lies in the image's last layer; golden_probe.py keeps a pod of a refused image from Ready.
Standard library only: `verify` runs in the server image."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Verdict(NamedTuple):
    problems: Sequence[dict[str, Any]] = ()
    warnings: Sequence[dict[str, Any]] = ()


def joined(*found: Verdict) -> Verdict:
    """What several stages have found."""
    return Verdict(
        [problem for verdict in found for problem in verdict.problems],
        [warning for verdict in found for warning in verdict.warnings],
    )


def write_verdict(file: Path, verdict: Verdict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    said = {name: list(found) for name, found in verdict._asdict().items()}
    file.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_verdict(file: Path) -> Verdict:
    """What an earlier stage has found: nothing where it has written nothing."""
    said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return Verdict(said.get("problems", []), said.get("warnings", []))
