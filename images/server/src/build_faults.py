"""A server image's build that fails for what the machine or the base lacks, told by its exit code: more of it does not
reach whoever deploys. In: a kind of fault. Out: its exit code. components/image/faults.ts reads build_faults.json, too.

Python's standard library alone: it runs in images of the user's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def exit_code(kind: str) -> int:
    """Raises KeyError for a kind that build_faults.json does not have."""
    return int(_fault(kind)["code"])


class BuildFault(Exception):
    """`kind`: a key of build_faults.json. `detail`: what was seen, for the build's log; else what the file says."""

    def __init__(self, kind: str, detail: str = "") -> None:
        fault = _fault(kind)
        super().__init__(f"{kind}: {detail or fault['because'] + '; ' + fault['remedy']}")
        self.kind = kind
        self.code = int(fault["code"])


def _fault(kind: str) -> dict[str, Any]:
    kinds: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return kinds[kind]
