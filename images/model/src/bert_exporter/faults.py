"""A build that fails, told by nothing but its exit code: more of it does not reach whoever deploys.

In: the error. Out: the exit code. What each says stands in faults.json, which
components/image reads, too.
"""

import json
from pathlib import Path

from bert_exporter.errors import ExportError

FAILED = 1
# On top, where it is the tokenizer's source.
_TOKENIZER = 20

_FAULTS: dict[str, dict[str, str | int]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


def exit_code(problem: ExportError) -> int:
    """The code of the nearest kind of error that has one."""
    names = (kind.__name__ for kind in type(problem).__mro__)
    code = next((int(_FAULTS[name]["code"]) for name in names if name in _FAULTS), FAILED)
    return code + _TOKENIZER if problem.role == "tokenizer" and code != FAILED else code
