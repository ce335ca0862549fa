"""The command line of what makes a graph of the exported one, for a CPU (cpu_graph) or a GPU (gpu_graph)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from build_faults import BuildFault
from cpu_graph.gate import NotGoodEnough


class Write(Protocol):
    """Writes the graph and graph.json, and returns the latter's facts. Raises BuildFault, NotGoodEnough."""

    def __call__(
        self,
        model: Path,
        out: Path,
        precision: str,
        least: float,
        texts: Sequence[str],
        decision: Mapping[str, Any],
        proof: Path,
    ) -> dict[str, Any]: ...


def run(prog: str, description: str | None, runs_on: str, rounds: str, write: Write) -> int:
    """The exit status. `rounds`: the precision that there is beside fp32."""
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.onnx, tokenizer.json, model.json")
    parser.add_argument("--out", type=Path, required=True, help="where model.onnx and graph.json go")
    parser.add_argument("--precision", choices=["fp32", rounds], default="fp32")
    parser.add_argument("--agreement", type=float, default=0.99, help="least share of texts decided as in fp32")
    parser.add_argument("--texts", type=Path, help="texts for that, one a line (default, also for an empty file: ours)")
    parser.add_argument("--decision", type=Path, help="JSON: `options` and `labels` of the task, where it has some")
    parser.add_argument(
        "--verdict", type=Path, required=True, help=f"verdict.json: where it goes that {rounds} is no good"
    )
    parser.add_argument("--proof", type=Path, required=True, help=f"proof.json: where that of an {rounds} graph goes")
    options = parser.parse_args()
    own = options.texts.read_text(encoding="utf-8").splitlines() if options.texts else []
    texts = [text for text in own if text.strip()]
    decision = json.loads(options.decision.read_text(encoding="utf-8")) if options.decision else {}
    try:
        facts = write(options.model, options.out, options.precision, options.agreement, texts, decision, options.proof)
    except BuildFault as fault:
        print(f"error: {fault}", file=sys.stderr)
        return fault.code
    except NotGoodEnough as problem:
        print(f"refused: {problem}", file=sys.stderr)
        options.verdict.write_text(json.dumps({"problems": [problem.told]}) + "\n", encoding="utf-8")
        return 0
    print(f"The graph that the {runs_on} runs:", json.dumps(facts))
    return 0
