"""What whoever deploys must hear of a model: that it is refused, or what it is served with. Said as data, for the build
of an image that fails is not heard, and what a build prints is not seen. Only another config, other files or another
version of this package changes it; what network or machine did is no part of it.

In: the error, or the warnings. Out: verdict.json, beside a model that is none or beside the model, in the form that the
server image's build goes on with (`triton_repository/verdict.py`). Each path is one of the options.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bert_exporter.errors import CredentialError, ExportError, ParityError, SpecError, TokenizerError
from bert_exporter.spec import ExportSpec


@dataclass(frozen=True)
class Warned:
    """What a user is to know of a model that is served all the same.

    Attributes:
        option: where the user can do something about it.
        text: what it is, and what to do.
    """

    option: str
    text: str


# What says nothing of the model.
_FAULTS = (SpecError, CredentialError)


def is_judgment(problem: ExportError) -> bool:
    """Whether the same spec would get the same answer on any machine, once its sources are fetched."""
    cause = problem.__cause__
    # torch's allocator raises a RuntimeError.
    starved = isinstance(cause, MemoryError) or "allocate memory" in str(cause)
    return not isinstance(problem, _FAULTS) and not starved


def write_refusal(out: Path, problem: ExportError, spec: ExportSpec) -> None:
    """Writes the verdict; an existing result is replaced."""
    model = out / "model"
    model.mkdir(parents=True, exist_ok=True)
    for file in model.iterdir():
        file.unlink()
    # The server image's build copies it before it looks.
    (model / "model.onnx").touch()
    told = {"path": _path(problem, spec), "because": f"{problem.where}: {problem.what}", "remedy": problem.remedy}
    _write(out, {"problems": [told]})


def write_warnings(out: Path, warnings: Sequence[Warned]) -> None:
    """Writes the verdict on a model that is exported, or none where there is nothing to say; replaces what is there."""
    (out / "verdict.json").unlink(missing_ok=True)
    if warnings:
        _write(out, {"problems": [], "warnings": [{"path": [said.option], "text": said.text} for said in warnings]})


def _write(out: Path, verdict: dict[str, object]) -> None:
    (out / "verdict.json").write_text(json.dumps(verdict, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _path(problem: ExportError, spec: ExportSpec) -> list[str]:
    if isinstance(problem, ParityError):
        return ["qualityGate", "maxLogitDifference"]
    return ["tokenizer"] if isinstance(problem, TokenizerError) and spec.tokenizer is not None else ["model"]
