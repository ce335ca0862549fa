"""`python -m cpu_graph --model FOLDER --out FOLDER`: writes the graph that a CPU shall run, and graph.json, which says
what it is. Where int8 was asked for and is not good enough, that is written to the verdict instead, in the form of
triton_repository/verdict.py. Exit status: 0 done, 1 if it can't be tried here (said on stderr)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bert_serving.vnni import has_vnni
from cpu_graph import files
from cpu_graph.agreement import agreement
from cpu_graph.check import difference
from cpu_graph.int8 import with_int8
from cpu_graph.rewrite import rewritten
from cpu_graph.texts import sentences

# Rounding alone moves logits by some 1e-6 of their size: another order of the same sums.
TOLERANCE = 1e-4


class NotTried(Exception):
    """This machine can't tell whether the model is good enough. The message says why, and what to do."""


class NotGoodEnough(Exception):
    """What was asked for can't be shipped: the option that asks for it, what was found, what to do."""

    def __init__(self, path: Sequence[str], because: str, remedy: str) -> None:
        super().__init__(f"{because}; {remedy}")
        self.told = {"path": list(path), "because": because, "remedy": remedy}


PRECISION = ("precision",)
AGREEMENT = ("qualityGate", "labelAgreement")


def main() -> int:
    parser = argparse.ArgumentParser(prog="cpu_graph", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.onnx, tokenizer.json, model.json")
    parser.add_argument("--out", type=Path, required=True, help="where model.onnx and graph.json go")
    parser.add_argument("--precision", choices=["fp32", "int8"], default="fp32")
    parser.add_argument("--agreement", type=float, default=0.99, help="least share of texts decided as in fp32")
    parser.add_argument("--texts", type=Path, help="texts for that, one a line (default, also for an empty file: ours)")
    parser.add_argument("--decision", type=Path, help="JSON: `options` and `labels` of the task, where it has some")
    parser.add_argument("--verdict", type=Path, required=True, help="verdict.json: where it goes that int8 is no good")
    options = parser.parse_args()
    own = options.texts.read_text(encoding="utf-8").splitlines() if options.texts else []
    texts = [text for text in own if text.strip()]
    try:
        decision = json.loads(options.decision.read_text(encoding="utf-8")) if options.decision else {}
        facts = write(options.model, options.out, options.precision, options.agreement, texts, decision)
    except NotTried as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except NotGoodEnough as problem:
        print(f"refused: {problem}", file=sys.stderr)
        options.verdict.write_text(json.dumps({"problems": [problem.told]}) + "\n", encoding="utf-8")
        return 0
    print("The graph that the CPU runs:", json.dumps(facts))
    return 0


def write(
    model: Path,
    out: Path,
    precision: str = "fp32",
    least: float = 0.99,
    texts: Sequence[str] = (),
    decision: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Writes the best graph that answers alike, and returns graph.json's facts: `padding` none, or `as exported` where
    it could not be taken out; `moved`: by how much of the largest logit that moves logits; `precision`; for int8
    `agreement`, the share of `texts` that are decided as in fp32. `texts`: for that; ours where there are none.
    `decision`: as in agreement.py."""
    if precision == "int8" and not has_vnni():
        raise NotTried(
            "the CPU of this build lacks VNNI, without which int8 answers wrongly and can't be tried; build on one "
            "with it (Intel since Ice Lake, AMD since Zen 4), or set precision to fp32"
        )
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
        texts = texts or sentences()
        fp32, graph = graph, with_int8(graph)
        share, commonest = agreement(fp32, graph, model, texts, decision or {})
        _check(share, commonest, len(texts), least)
        facts |= {"agreement": round(share, 4), "texts": len(texts)}
    files.save(graph, model, out)
    return _say(out, facts)


def _check(share: float, commonest: float, texts: int, least: float) -> None:
    """The gate: the share of decisions that stay the same must be enough, and say more than that they are all one."""
    if share < least:
        raise NotGoodEnough(
            AGREEMENT,
            f"in int8 the model gives {share:.2%} of {texts} texts the labels that it gives them in fp32, less than "
            f"{least:g}",
            "set precision to fp32, or lower the gate",
        )
    if 0 < least <= commonest:
        raise NotGoodEnough(
            AGREEMENT,
            f"{least:g} says nothing of this model: it gives {commonest:.2%} of {texts} texts the same labels, so a "
            "graph that always gives these would pass",
            "name a file with texts of all labels in qualityGate.texts, set precision to fp32, or the gate to 0 (int8 "
            "untried)",
        )


def _say(out: Path, facts: dict[str, Any]) -> dict[str, Any]:
    (out / "graph.json").write_text(json.dumps(facts, sort_keys=True) + "\n", encoding="utf-8")
    return facts


if __name__ == "__main__":
    sys.exit(main())
