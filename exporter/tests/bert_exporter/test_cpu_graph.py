"""Promise: of the graph of any BERT-like family the padding is taken out, and what it answers stays the same. Here,
because real exports are what the rewriting must know; nothing of the exporter itself is tried."""

from pathlib import Path

import onnx
import pytest

from conftest import Checkpoint, Export
from cpu_graph.__main__ import TOLERANCE, write
from cpu_graph.check import difference
from families import FAMILIES, POSITIONS


@pytest.mark.parametrize("family", FAMILIES)
def test_answers_alike_without_padding(family: str, checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    checkpoint(family, tmp_path / "sources" / "model")
    said = write(export() / "model", tmp_path / "rewritten.onnx")
    assert said.startswith("The graph computes no padding"), said
    exported, rewritten = (onnx.load(file) for file in (tmp_path / "out/model/model.onnx", tmp_path / "rewritten.onnx"))
    assert [value.name for value in rewritten.graph.input] == [value.name for value in exported.graph.input]
    assert [value.name for value in rewritten.graph.output] == [value.name for value in exported.graph.output]
    assert difference(exported, rewritten, POSITIONS) <= TOLERANCE
