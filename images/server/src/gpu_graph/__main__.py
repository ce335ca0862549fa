"""`python -m gpu_graph --model FOLDER --out FOLDER`: writes the graph that a GPU shall run, and graph.json, which says
what it is. Where fp16 was asked for and is not good enough, that is written to the verdict instead, in the form of
triton_repository/verdict.py."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import onnx
from onnx import ModelProto
from onnx.external_data_helper import load_external_data_for_model

from cpu_graph import files
from cpu_graph.agreement import compared
from cpu_graph.check import TOLERANCE, difference, opened, session
from cpu_graph.command import run
from cpu_graph.gate import PRECISION, NotGoodEnough, require_agreement, says_nothing
from cpu_graph.proof import write_own_proof
from cpu_graph.texts import sentences
from gpu_graph.attention import with_fused_attention
from gpu_graph.half import with_fp16
from gpu_graph.rounding import Unknown, as_rounded

# Of our own texts one in so many is tried: fp16 is far closer to fp32 than int8 is, and models for a GPU are large.
EVERY = 4
# What scores may move by where labels say nothing, since all texts get the same.
SCORES = 0.02


def main() -> int:
    return run("gpu_graph", __doc__, "GPU", "fp16", write)


def write(
    model: Path,
    out: Path,
    precision: str = "fp32",
    least: float = 0.99,
    texts: Sequence[str] = (),
    decision: Mapping[str, Any] | None = None,
    proof: Path | None = None,
) -> dict[str, Any]:
    """Writes the graph, and returns graph.json's facts: `precision`; `attention`: fused, or `as exported` where it is
    of a kind that no kernel knows, or the two graphs answer differently; `moved`: by how much of the largest logit
    that moves logits; for fp16 the `agreement`, the share of `texts` that are decided as in fp32, and by how much
    `scores` move. `texts`: for that; some of ours where there are none. `decision`: as in cpu_graph/agreement.py.
    `proof`: where that of an fp16 graph goes.

    Raises NotGoodEnough."""
    exported, weights = files.load(model), files.weights_of(model)
    longest = json.loads((model / "model.json").read_text(encoding="utf-8"))["maxLength"]
    graph, moved = _fused(exported, weights, longest)
    is_fused = graph is not None and moved is not None and moved <= TOLERANCE
    facts = {"precision": precision, "attention": "fused" if is_fused else "as exported", "moved": moved}
    chosen = graph if graph is not None and is_fused else exported
    if precision == "fp16":
        half, found = _half(chosen, exported, model, least, texts or sentences()[::EVERY], decision or {}, proof)
        _save(half, out)
        facts |= found
    elif is_fused:
        files.save(chosen, model, out)
    else:
        files.copy(model, out)
    (out / "graph.json").write_text(json.dumps(facts, sort_keys=True) + "\n", encoding="utf-8")
    return facts


def _fused(exported: ModelProto, weights: Path, longest: int) -> tuple[ModelProto | None, float | None]:
    """The graph with attention in one node, and by how much it moves logits, whatever padded tokens get."""
    graph, garbled = (with_fused_attention(exported, longest, garbled) for garbled in (False, True))
    if graph is None or garbled is None:
        return None, None
    moved = max(difference(exported, other, weights, longest) for other in (graph, garbled))
    return graph, float(f"{moved:.1e}")


def _half(
    graph: ModelProto,
    exported: ModelProto,
    model: Path,
    least: float,
    texts: Sequence[str],
    decision: Mapping[str, Any],
    proof: Path | None,
) -> tuple[ModelProto, dict[str, Any]]:
    """`graph` in fp16, which is near enough to `exported`, and how near."""
    weights = files.weights_of(model)
    half = with_fp16(graph, partial(load_external_data_for_model, base_dir=str(weights)))
    with TemporaryDirectory() as folder:
        rounded = Path(folder, files.GRAPH)
        try:
            # Beside their weights: they may be more than fits into a message.
            onnx.save(as_rounded(half), rounded, save_as_external_data=True, location=WEIGHTS)
            both = partial(session, exported, weights), partial(opened, rounded)
            share, commonest, apart = compared(*both, model, texts, decision)
            _check(share, commonest, apart, len(texts), least)
            if proof:
                write_own_proof(both[1], model, proof)
        except Unknown as problem:
            raise NotGoodEnough(PRECISION, f"fp16 can't be tried on this graph: {problem}", "set it to fp32") from None
        except ArithmeticError:
            because = "in fp16 numbers of this model overflow, and a logit is none"
            raise NotGoodEnough(PRECISION, because, "set it to fp32") from None
    return half, {"agreement": round(share, 4), "texts": len(texts), "scores": float(f"{apart:.1e}")}


def _check(share: float, commonest: float, apart: float, texts: int, least: float) -> None:
    """The gate: the share of decisions that stay the same must be enough; where it would be with any graph that decides
    always the same, scores must stay the same, too."""
    require_agreement("fp16", share, texts, least)
    if 0 < least <= commonest and apart > SCORES:
        raise says_nothing("fp16", commonest, texts, least, f"and in fp16 scores move by {apart:.2f}")


# As the exporter calls them.
WEIGHTS = f"{files.GRAPH}.data"
# Bytes of a message of protobuf, with room to spare.
MOST = 2**31 - 2**24


def _save(half: ModelProto, out: Path) -> None:
    """One file; or a folder with two, where that would be too large, as Triton wants it."""
    if half.ByteSize() <= MOST:
        onnx.save(half, out / files.GRAPH)
        return
    (out / files.GRAPH).mkdir()
    onnx.save(half, out / files.GRAPH / files.GRAPH, save_as_external_data=True, location=WEIGHTS)


if __name__ == "__main__":
    sys.exit(main())
