"""spec.json, read and checked before anything is fetched.

The file is written by components/image (or by hand, when the exporter runs alone). In: the file. Out: an ExportSpec.
Unknown fields are refused: a misspelt one would otherwise quietly change what is built.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bert_exporter.errors import SpecError
from bert_exporter.fetch import storages
from bert_exporter.storage import Role, Source, refuse_unknown
from bert_tasks import tasks

DEFAULT_TASK = "textClassification"

# Logits of an fp32 export differ by some 1e-6; 1e-3 moves no probability by more than a rounding step of what people
# print.
DEFAULT_MAX_LOGIT_DIFFERENCE = 1e-3


@dataclass(frozen=True)
class ExportSpec:
    """What to export.

    Attributes:
        model: where the checkpoint comes from.
        tokenizer: where the tokenizer comes from; None = the model's own folder.
        task: what the model does; one of bert_tasks.
        max_logit_difference: greatest absolute difference of a logit between ONNX and the original that still passes.
    """

    model: Source
    tokenizer: Source | None
    task: str
    max_logit_difference: float

    @property
    def sources(self) -> dict[Role, Source]:
        """The sources that are named, by role."""
        return {"model": self.model, **({} if self.tokenizer is None else {"tokenizer": self.tokenizer})}


def read_spec(path: Path) -> ExportSpec:
    """Reads and checks spec.json.

    Raises:
        SpecError: at the first thing that is wrong.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SpecError("no such file", where=str(path), remedy="the spec written beside the sources") from None
    except ValueError as problem:
        raise SpecError(f"is not JSON ({problem})", where=str(path), remedy="a JSON object") from None
    spec = _object(raw, str(path))
    refuse_unknown(spec, {"model", "tokenizer", "task", "qualityGate"}, str(path))
    return ExportSpec(
        model=_source(spec.get("model"), f"{path}: model"),
        tokenizer=_source(spec["tokenizer"], f"{path}: tokenizer") if "tokenizer" in spec else None,
        task=_task(spec.get("task", DEFAULT_TASK), f"{path}: task"),
        max_logit_difference=_gate(spec.get("qualityGate", {}), f"{path}: qualityGate"),
    )


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SpecError(f"is {json.dumps(value)}", where=where, remedy="an object")
    return value


def _source(value: object, where: str) -> Source:
    known = storages()
    allowed = "exactly one of: " + ", ".join(known)
    chosen = _object(value, where)
    if len(chosen) != 1:
        raise SpecError(f"names {len(chosen)} storages", where=where, remedy=allowed)
    name, fields = next(iter(chosen.items()))
    if name not in known:
        raise SpecError(f"no storage is called {name!r}", where=where, remedy=allowed)
    return known[name](_object(fields, f"{where}.{name}"), f"{where}.{name}")


def _task(value: object, where: str) -> str:
    if value not in tasks():
        raise SpecError(f"is {json.dumps(value)}", where=where, remedy=f"one of: {', '.join(tasks())}")
    return str(value)


def _gate(value: object, where: str) -> float:
    gate = _object(value, where)
    refuse_unknown(gate, {"maxLogitDifference"}, where)
    limit = gate.get("maxLogitDifference", DEFAULT_MAX_LOGIT_DIFFERENCE)
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not math.isfinite(limit) or limit <= 0:
        raise SpecError(f"is {json.dumps(limit)}", where=f"{where}.maxLogitDifference", remedy="a number above 0")
    return float(limit)
