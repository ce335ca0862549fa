"""A build that fails, told by nothing but its exit code: more of it does not reach whoever deploys.

In: the error. Out: the exit code. What each says stands in faults.json, which
components/image reads, too.
"""

import json
from pathlib import Path
from typing import Any

from bert_exporter.errors import ExportError

FAILED = 1

_FAULTS: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


def exit_code(problem: ExportError) -> int:
    """The code of the nearest kind of error that has one."""
    kinds = _FAULTS["kinds"]
    names = (kind.__name__ for kind in type(problem).__mro__)
    code = next((int(kinds[name]["code"]) for name in names if name in kinds), FAILED)
    # The same of the tokenizer's source has another code.
    return code + int(_FAULTS["tokenizerOnTop"]) if problem.role == "tokenizer" and code != FAILED else code
