"""Promise: of the graph of any BERT-like family the padding is taken out, and what it answers stays the same; in int8
it stays about the same, and depends on nobody beside it. Here, because real exports are what the rewriting must know;
nothing of the exporter itself is tried."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from bert_serving.vnni import has_vnni
from bert_tasks.proof import FILE, read_proof
from build_faults import BuildFault
from conftest import Checkpoint, Export
from cpu_graph.__main__ import write
from cpu_graph.check import TOLERANCE, difference, session
from cpu_graph.gate import NotGoodEnough
from cpu_graph.int8 import with_int8
from cpu_graph.proof import NOISE, write_own_proof
from cpu_graph.rewrite import rewritten
from families import FAMILIES, POSITIONS

# Of the largest logit, for tiny random models; a scale for each tensor or a wrong zero point is off by more.
ROUNDING = 0.05


# Two layers, of 6 products each or of 4 (DeBERTa), less what the last computes for the first tokens alone.
LEAST_PRODUCTS = 4
# Behind the last attention there are three, and its queries make four, where they are not turned by their positions,
# nor part of another product, and attention is not of DeBERTa's kind.
FIRST_PRODUCTS = {"deberta": 3, "deberta-v2": 3, "modernbert": 3, "roformer": 3}


@pytest.mark.parametrize("family", FAMILIES)
def test_answers_alike_without_padding(family: str, exported: Callable[[str], Path], tmp_path: Path) -> None:
    model = exported(family) / "model"
    facts = write(model, tmp_path)
    assert facts["padding"] == "none", facts
    before, after = onnx.load(model / "model.onnx"), onnx.load(tmp_path / "model.onnx")
    readers = [name for node in after.graph.node if node.op_type in ("MatMul", "Gemm") for name in node.input]
    assert sum(name.endswith("/packed") for name in readers) >= LEAST_PRODUCTS
    assert sum(name.endswith("/first") for name in readers) >= FIRST_PRODUCTS.get(family, 4)
    assert [value.name for value in after.graph.input] == [value.name for value in before.graph.input]
    assert [value.name for value in after.graph.output] == [value.name for value in before.graph.output]
    assert difference(before, after, model, POSITIONS) <= TOLERANCE


@pytest.mark.parametrize("family", FAMILIES)
def test_answers_about_alike_in_int8_and_whoever_is_beside(
    family: str, exported: Callable[[str], Path], tmp_path: Path
) -> None:
    model = exported(family) / "model"
    before = rewritten(onnx.load(model / "model.onnx"))
    assert before is not None
    after = with_int8(before)
    rounded = [node.input[0] for node in after.graph.node if node.op_type == "MatMulIntegerToFloat"]
    assert sum(name.endswith("/packed/int8") for name in rounded) >= LEAST_PRODUCTS
    assert sum(name.endswith("/first/int8") for name in rounded) >= FIRST_PRODUCTS.get(family, 4)
    if not has_vnni():
        # Sums overflow there, and nothing can be said of the numbers: int8 is refused.
        with pytest.raises(BuildFault, match="NoVnni"):
            write(model, tmp_path, "int8")
        return
    assert 0 < difference(before, after, model, POSITIONS) <= ROUNDING

    run, chance = session(after, model), np.random.default_rng(2)
    lengths = chance.integers(2, 40, size=24)
    ids = [chance.integers(5, 100, size=length) for length in lengths]
    names = [value.name for value in run.get_inputs()]

    def logits(texts: list[int]) -> np.ndarray:
        mask = (np.arange(max(lengths[text] for text in texts)) < lengths[texts][:, None]).astype(np.int64)
        tokens = np.zeros_like(mask)
        for row, text in enumerate(texts):
            tokens[row, : lengths[text]] = ids[text]
        feed = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(mask)}
        return np.asarray(run.run(None, {name: feed[name] for name in names})[0])

    alone = np.concatenate([logits([text]) for text in range(24)])
    for _ in range(10):
        texts = list(chance.permutation(24)[: chance.integers(2, 16)])
        np.testing.assert_allclose(logits(texts), alone[texts], atol=1e-5)


def test_an_int8_graph_is_held_to_what_it_answers_itself(exported: Callable[[str], Path], tmp_path: Path) -> None:
    model = exported("bert") / "model"
    graph = rewritten(onnx.load(model / "model.onnx"))
    assert graph is not None
    write_own_proof(partial(session, with_int8(graph), model), model, tmp_path / FILE)
    original, own = read_proof(model / FILE), read_proof(tmp_path / FILE)
    assert (own.texts, own.ids, own.labels, own.gate) == (original.texts, original.ids, original.labels, NOISE)
    apart = np.abs(own.logits - original.logits).max(axis=1)
    assert (apart > original.gate).any()
    # What the fp32 graph answers itself is what the original does.
    write_own_proof(partial(session, graph, model), model, tmp_path / FILE)
    np.testing.assert_allclose(read_proof(tmp_path / FILE).logits, original.logits, atol=original.gate)


def test_scale_of_attention_is_in_the_product(exported: Callable[[str], Path], tmp_path: Path) -> None:
    def fused(model: onnx.ModelProto) -> int:
        options = onnxruntime.SessionOptions()
        options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
        onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return [node.op_type for node in onnx.load(tmp_path / "optimised.onnx").graph.node].count("FusedMatMul")

    after = rewritten(onnx.load(exported("bert") / "model" / "model.onnx"))
    assert after is not None
    assert fused(after) == 2


@pytest.fixture
def any_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the gate's own rules, which hold whatever the CPU makes of the numbers."""
    monkeypatch.setattr("cpu_graph.__main__.has_vnni", lambda: True)


@pytest.mark.usefixtures("any_cpu")
def test_int8_below_the_gate_is_no_graph(exported: Callable[[str], Path], tmp_path: Path) -> None:
    model = exported("bert") / "model"
    facts = write(model, tmp_path, "int8", least=0)
    assert facts["precision"] == "int8"
    assert facts["texts"] >= 2000
    assert write(model, tmp_path, "int8", least=0, texts=["помогите мне"] * 3)["texts"] == 3
    with pytest.raises(NotGoodEnough, match=r"gives .*% of \d+ texts the labels .* less than 1.01; set precision"):
        write(model, tmp_path, "int8", least=1.01)


@pytest.mark.usefixtures("any_cpu")
def test_int8_is_held_against_what_the_task_decides(checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    """A threshold of 0 has every class on in any graph, which proves nothing of it."""
    checkpoint("bert", tmp_path / "sources" / "model")
    model = export(task="multiLabelClassification") / "model"
    every: dict[str, Any] = {"options": {"threshold": 0}}
    assert write(model, tmp_path, "int8", least=0, decision=every)["agreement"] == 1.0
    with pytest.raises(NotGoodEnough, match="the same labels, so a graph that always gives these would pass"):
        write(model, tmp_path, "int8", least=0.5, decision=every)


@pytest.mark.usefixtures("any_cpu")
def test_texts_of_one_label_are_no_proof_of_int8(exported: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(NotGoodEnough, match=r"100\.00% of 3 texts the same labels, .* qualityGate\.texts"):
        write(exported("bert") / "model", tmp_path, "int8", least=0.99, texts=["помогите мне"] * 3)
