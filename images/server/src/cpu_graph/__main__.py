"""`python -m cpu_graph --model FOLDER --out FOLDER`: writes the graph that a CPU shall run, and graph.json, which says
what it is; of an int8 graph also its own proof (proof.py). Where int8 was asked for and is not good enough, that is
written to the verdict instead, in the form of triton_repository/verdict.py. Exit status: 0 done, 1 if it can't be tried
here (said on stderr)."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bert_serving.vnni import has_vnni
from build_faults import BuildFault
from cpu_graph import files
from cpu_graph.agreement import agreement
from cpu_graph.check import TOLERANCE, difference, session
from cpu_graph.command import run
from cpu_graph.gate import PRECISION, NotGoodEnough, require_agreement, says_nothing
from cpu_graph.int8 import with_int8
from cpu_graph.proof import write_own_proof
from cpu_graph.rewrite import rewritten
from cpu_graph.texts import sentences


def main() -> int:
    return run("cpu_graph", __doc__, "CPU", "int8", write)


def write(
    model: Path,
    out: Path,
    precision: str = "fp32",
    least: float = 0.99,
    texts: Sequence[str] = (),
    decision: Mapping[str, Any] | None = None,
    proof: Path | None = None,
) -> dict[str, Any]:
    """Writes the best graph that answers alike, and returns graph.json's facts: `padding` none, or `as exported` where
    it could not be taken out; `moved`: by how much of the largest logit that moves logits; `precision`; for int8
    `agreement`, the share of `texts` that are decided as in fp32. `texts`: for that; ours where there are none.
    `decision`: as in agreement.py. `proof`: where that of an int8 graph goes."""
    if precision == "int8" and files.is_split(model):
        raise NotGoodEnough(PRECISION, "int8 is for models of less than 2 GiB", "set it to fp32")
    exported, weights = files.load(model), files.weights_of(model)
    longest = json.loads((model / "model.json").read_text(encoding="utf-8"))["maxLength"]
    graph = rewritten(exported)
    # Two digits say all there is to say.
    moved = None if graph is None else float(f"{difference(exported, graph, weights, longest):.1e}")
    if graph is None or moved is None or moved > TOLERANCE:
        if precision == "int8":
            raise NotGoodEnough(PRECISION, "int8 needs a graph whose padding can be taken out", "set it to fp32")
        files.copy(model, out)
        return _say(out, {"precision": precision, "padding": "as exported", "moved": moved})
    facts: dict[str, Any] = {"precision": precision, "padding": "none", "moved": moved}
    if precision == "int8":
        if not has_vnni():
            raise BuildFault("NoVnni")
        texts = texts or sentences()
        fp32, graph = graph, with_int8(graph)
        share, commonest = agreement(fp32, graph, model, texts, decision or {})
        _check(share, commonest, len(texts), least)
        facts |= {"agreement": round(share, 4), "texts": len(texts)}
        if proof:
            write_own_proof(partial(session, graph, model), model, proof)
    files.save(graph, model, out)
    return _say(out, facts)


def _check(share: float, commonest: float, texts: int, least: float) -> None:
    """The gate: the share of decisions that stay the same must be enough, and say more than that they are all one."""
    require_agreement("int8", share, texts, least)
    if 0 < least <= commonest:
        raise says_nothing("int8", commonest, texts, least, "so a graph that always gives these would pass")


def _say(out: Path, facts: dict[str, Any]) -> dict[str, Any]:
    (out / "graph.json").write_text(json.dumps(facts, sort_keys=True) + "\n", encoding="utf-8")
    return facts


if __name__ == "__main__":
    sys.exit(main())
