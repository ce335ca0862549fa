"""Promise: each kind of failure ends with an exit code of its own, the tokenizer's with another than the model's."""

import json
from pathlib import Path

import pytest

from bert_exporter import errors, faults
from bert_exporter.errors import ExportError, SourceUnreachable, SpecError
from bert_exporter.faults import exit_code

SAID = json.loads(Path(faults.__file__).with_suffix(".json").read_text(encoding="utf-8"))["kinds"]


@pytest.mark.parametrize("name", SAID)
def test_each_kind_has_a_code(name: str) -> None:
    problem: ExportError = getattr(errors, name)("", where="", remedy="")
    assert exit_code(problem) == SAID[name]["code"]
    problem.role = "tokenizer"
    assert exit_code(problem) == SAID[name]["code"] + 20


def test_codes_are_told_apart() -> None:
    codes = [fault["code"] for fault in SAID.values()]
    assert len({*codes, *(code + 20 for code in codes), 0, 1, 137}) == 2 * len(codes) + 3


def test_what_has_none_just_fails() -> None:
    problem = SpecError("", where="", remedy="")
    problem.role = "tokenizer"
    assert exit_code(problem) == 1


def test_a_kind_of_a_kind_has_its_code() -> None:
    class Late(SourceUnreachable):
        pass

    assert exit_code(Late("", where="", remedy="")) == 10
