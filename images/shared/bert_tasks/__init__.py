"""What each task makes of a model's logits, and how an answer is held against the one that is expected. It stands here
once, for the export's parity and proof, the int8 gate, the served models and the golden probe. A folder for each task:

  decide.py   what makes scores of logits, and the decision of scores. numpy alone; the model image has this, and
              nothing else of a task
  answer.py   the decision as output tensors (contract.yaml)
  options.py  what the task's options say of the decision, held against the model's labels
  expect.py   an answer against a golden example. Standard library alone

A build context has its own model's task and no other. Runs on Python 3.8 and newer, numpy 1 and 2."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any


def tasks() -> list[str]:
    """The names of the tasks that are here, as the config has them (`textClassification`), in alphabetical order."""
    folders = sorted(file.parent.name for file in Path(__file__).parent.glob("*/decide.py"))
    return [re.sub("_([a-z])", lambda letter: letter[1].upper(), folder) for folder in folders]


def load(task: str, part: str) -> Any:
    """The module `part` of a task."""
    folder = re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), task)
    return import_module(f"{__name__}.{folder}.{part}")
