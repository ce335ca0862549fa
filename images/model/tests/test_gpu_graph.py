"""Promise: of the graph of any BERT-like family attention becomes one node where that is all that it is, and answers
stay the same; in fp16 they stay about the same, as a GPU rounds them. Here, because real exports are what the rewriting
must know; nothing of the exporter itself is tried."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from conftest import Checkpoint, Export
from cpu_graph.check import TOLERANCE, difference, session
from families import FAMILIES, POSITIONS
from gpu_graph.__main__ import write
from gpu_graph.attention import with_fused_attention
from gpu_graph.half import MOST, with_fp16
from gpu_graph.rounding import as_rounded

# Of two layers. ModernBERT's second has a window; MPNet and DeBERTa add more to the scores than a mask.
FUSED = {"modernbert": 1, "mpnet": 0, "deberta": 0, "deberta-v2": 0}
# Of the largest logit, for tiny random models, whose weights are far larger than those of real ones.
ROUNDING = 0.05


def fused(family: str, exported: Callable[[str], Path], garbled: bool = False) -> onnx.ModelProto | None:
    return with_fused_attention(onnx.load(exported(family) / "model" / "model.onnx"), POSITIONS, garbled)


@pytest.mark.parametrize("family", FAMILIES)
def test_attention_is_one_node_and_answers_alike(family: str, exported: Callable[[str], Path]) -> None:
    before, after = onnx.load(exported(family) / "model" / "model.onnx"), fused(family, exported)
    count = 0 if after is None else [node.op_type for node in after.graph.node].count("MultiHeadAttention")
    assert count == FUSED.get(family, 2)
    if after is not None:
        onnx.checker.check_model(after)
        assert [value.name for value in after.graph.input] == [value.name for value in before.graph.input]
        assert difference(before, after, Path(), POSITIONS) <= TOLERANCE


@pytest.mark.parametrize("family", sorted(set(FAMILIES) - {name for name, count in FUSED.items() if count == 0}))
def test_no_logit_depends_on_what_attention_gives_to_padding(family: str, exported: Callable[[str], Path]) -> None:
    garbled = fused(family, exported, garbled=True)
    assert garbled is not None
    before = onnx.load(exported(family) / "model" / "model.onnx")
    assert difference(before, garbled, Path(), POSITIONS) <= TOLERANCE


@pytest.mark.parametrize("fuse", [True, False], ids=["fused", "as exported"])
@pytest.mark.parametrize("family", FAMILIES)
def test_answers_about_alike_in_fp16(family: str, fuse: bool, exported: Callable[[str], Path]) -> None:
    before = onnx.load(exported(family) / "model" / "model.onnx")
    half = with_fp16((fused(family, exported) if fuse else None) or before)
    onnx.checker.check_model(half)
    rounded = as_rounded(half)
    assert 0 < difference(before, rounded, Path(), POSITIONS) <= ROUNDING
    # As the build's own server runs it.
    assert difference(before, half, Path(), POSITIONS) <= ROUNDING
    constants = [onnx.numpy_helper.to_array(value) for value in half.graph.initializer]
    assert max(float(np.abs(value).max()) for value in constants if value.dtype == np.float16) <= MOST

    # A long text beside a short one: most rows of padding see nothing, within a window.
    mask = (np.arange(POSITIONS) < np.array([[POSITIONS], [2], [1]])).astype(np.int64)
    tokens = np.random.default_rng(5).integers(5, 100, size=mask.shape) * mask
    feed = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(mask)}
    runs = [session(model, Path()) for model in (before, rounded)]
    expected, got = (run.run(None, {value.name: feed[value.name] for value in run.get_inputs()})[0] for run in runs)
    assert float(np.abs(got - expected).max()) <= ROUNDING * max(1.0, float(np.abs(expected).max()))


def test_fp16_of_a_task_is_held_against_what_it_decides(checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    checkpoint("bert", tmp_path / "sources" / "model")
    model = export(task="multiLabelClassification") / "model"
    (tmp_path / "made").mkdir()
    facts = write(model, tmp_path / "made", "fp16", least=0.5)
    assert (facts["precision"], facts["attention"]) == ("fp16", "fused")
    assert facts["texts"] > 500
    assert facts["agreement"] > 0.9
