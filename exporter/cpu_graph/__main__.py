"""`python -m cpu_graph --model FOLDER --out FILE`: writes the graph that a CPU shall run, and says what it is."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import onnx

from cpu_graph.check import difference
from cpu_graph.padding import without_padding

# Rounding alone moves logits by some 1e-6 of their size: another order of the same sums.
TOLERANCE = 1e-4


def main() -> None:
    parser = argparse.ArgumentParser(prog="cpu_graph", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.onnx and model.json")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    options = parser.parse_args()
    print(write(options.model, options.out))


def write(model: Path, out: Path) -> str:
    """Writes the better graph of the two, and returns a sentence about it."""
    graph = model / "model.onnx"
    exported = onnx.load(graph)
    longest = json.loads((model / "model.json").read_text(encoding="utf-8"))["maxLength"]
    rewritten = without_padding(exported)
    if rewritten is None:
        shutil.copyfile(graph, out)
        return "The graph is served as exported: it is none from which padding can be taken."
    apart = difference(exported, rewritten, longest)
    if apart > TOLERANCE:
        shutil.copyfile(graph, out)
        return f"The graph is served as exported: without padding its logits would move by {apart:.1e}."
    onnx.save(rewritten, out)
    return f"The graph computes no padding; its logits move by {apart:.1e} of the largest."


if __name__ == "__main__":
    main()
