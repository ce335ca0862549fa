"""What a GPU makes of a model, without any server: how the graphs and the ways to form batches compare. On whatever
NVIDIA GPU onnxruntime finds; with `--provider cpu` on the cores, to try the script itself.

In: a model folder as the exporter writes it (model.onnx, tokenizer.json, model.json), and for torch the checkpoint
that it was made from. Out: a folder with figures.json and, drawn from it, README.md and figures.svg. README.md beside
this file says what to install.

  graphs    exported      as the exporter writes it, fp32
            fp32, fp16    what the server image's build makes of it for a GPU (images/server, gpu_graph)
            torch fp16    the checkpoint in transformers, with its own fused attention: the reference
  batches   padded        texts in order of arrival, as Triton's dynamic batcher takes them
            bucketed      texts of the oldest one's length, rounded up to a power of two, padded to that
            by length     as the fused pipeline cuts them (bert_batching/split.py)
            sorted        all texts sorted by length: the limit, which no server can reach

In flight there are always as many texts as a line says: whenever some are answered, as many new ones come. Time is
counted from tokens to logits; GPU and CPU take turns, as there is but one thread."""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
OURS = ("bench", "model_repository_templates/shared", "images/shared", "images/server/src")
sys.path[:0] = [str(ROOT / folder) for folder in OURS]

# ruff: noqa: E402 - the path is set above
from bert_batching.split import Costs, split
from bert_serving.rows import Row
from bert_serving.tokenise import Encoder, whole
from gpu.engines import Run, about, onnx_run, torch_run
from gpu.page import SORTED, write_page
from sentences import DISTRIBUTIONS, sentences
from triton_repository.settings import COSTS_BEHIND

TEXTS = 800
IN_FLIGHT = (1, 16, 64)
MOST = 64
# The smallest bucket, in tokens.
SHORTEST = 8
COSTS = Costs(**COSTS_BEHIND["gpu"], texts=MOST)
# Runs before anything is timed: kernels are chosen and memory is taken when a shape is new.
WARM_UP = 2

# Of the rows that wait, oldest first: the places of those that run next, and the length that they are padded to.
Policy = Callable[[Sequence[Row]], tuple[list[int], int]]


def main() -> None:
    options = _parser().parse_args()
    facts = json.loads((options.model / "model.json").read_text(encoding="utf-8"))
    tokenizer = (options.model / "tokenizer.json").read_text(encoding="utf-8")
    encoder = Encoder(tokenizer, facts["inputs"], facts["maxLength"], facts["padTokenId"])
    rows = encoder.rows(whole(sentences(options.count, options.texts)))
    found: list[dict[str, Any]] = []
    with TemporaryDirectory() as made:
        for graph, run in _graphs(options, encoder, Path(made)):
            for figures in _lines(run, rows, facts["maxLength"], options.seconds):
                found.append({"graph": graph, **figures})
                print(json.dumps(found[-1]), flush=True)
    tokens = sum(map(length, rows)) / len(rows)
    named = {"model": options.name, "texts": options.texts, "tokens": round(tokens, 1)}
    options.out.mkdir(parents=True, exist_ok=True)
    write_page(options.out, {"about": {**about(options.provider), **named}, "rows": found})


def _graphs(options: argparse.Namespace, encoder: Encoder, made: Path) -> Iterator[tuple[str, Run]]:
    """One after the other, so that only one takes memory."""
    # Only here: it takes a while to be imported.
    from gpu_graph.__main__ import write

    yield "exported", onnx_run(options.model / "model.onnx", options.provider, encoder.fillers)
    for precision in ("fp32", "fp16"):
        out = made / precision
        out.mkdir()
        # Whether it is good enough is the build's affair.
        write(options.model, out, precision, least=0, texts=sentences(16))
        yield precision, onnx_run(out / "model.onnx", options.provider, encoder.fillers)
    if options.checkpoint:
        yield "torch fp16", torch_run(options.checkpoint, options.provider, encoder.fillers)


def _lines(run: Run, rows: Sequence[Row], longest: int, seconds: float) -> Iterator[dict[str, Any]]:
    for batches, policy in policies(longest).items():
        for texts in IN_FLIGHT:
            yield {"batches": batches, "inFlight": texts, **in_flight(run, rows, policy, texts, seconds)}
    yield {"batches": SORTED, "inFlight": None, **limit(run, rows, seconds)}


def in_flight(run: Run, rows: Sequence[Row], policy: Policy, texts: int, seconds: float) -> dict[str, float]:
    """Texts per second, and the median of the milliseconds from a text's coming to its answer."""
    chance = random.Random(1)
    for _ in range(WARM_UP):
        waiting = [chance.choice(rows) for _ in range(texts)]
        while waiting:
            places, width = policy(waiting)
            run([waiting[place] for place in places], width)
            waiting = [row for place, row in enumerate(waiting) if place not in places]
    begin = time.perf_counter()
    there = [(begin, chance.choice(rows)) for _ in range(texts)]
    waits: list[float] = []
    while (now := time.perf_counter()) < begin + seconds:
        places, width = policy([row for _, row in there])
        run([there[place][1] for place in places], width)
        now = time.perf_counter()
        waits += [now - there[place][0] for place in places]
        rest = [waiting for place, waiting in enumerate(there) if place not in places]
        there = rest + [(now, chance.choice(rows)) for _ in places]
    took = time.perf_counter() - begin
    return {"rate": round(len(waits) / took, 1), "p50": round(1000 * statistics.median(waits), 3)}


def limit(run: Run, rows: Sequence[Row], seconds: float) -> dict[str, float]:
    """Texts per second, where batches are as large and as even as can be."""
    ordered = sorted(rows, key=length)
    groups = [ordered[begin : begin + MOST] for begin in range(0, len(ordered), MOST)]
    for group in groups:
        run(group, length(group[-1]))
    begin, done, turn = time.perf_counter(), 0, 0
    while time.perf_counter() < begin + seconds:
        group = groups[turn % len(groups)]
        run(group, length(group[-1]))
        done, turn = done + len(group), turn + 1
    return {"rate": round(done / (time.perf_counter() - begin), 1)}


def length(row: Row) -> int:
    return len(row["input_ids"])


def padded(rows: Sequence[Row]) -> tuple[list[int], int]:
    first = list(rows[:MOST])
    return list(range(len(first))), max(map(length, first))


def by_length(rows: Sequence[Row]) -> tuple[list[int], int]:
    group = next(group for group in split([length(row) for row in rows], COSTS) if 0 in group)
    return list(group), max(length(rows[place]) for place in group)


def bucketed(longest: int) -> Policy:
    def bucket(row: Row) -> int:
        return min(longest, max(SHORTEST, 1 << (length(row) - 1).bit_length()))

    def take(rows: Sequence[Row]) -> tuple[list[int], int]:
        width = bucket(rows[0])
        return [place for place, row in enumerate(rows) if bucket(row) == width][:MOST], width

    return take


def policies(longest: int) -> dict[str, Policy]:
    """`longest`: tokens that the model takes."""
    return {"padded": padded, "bucketed": bucketed(longest), "by length": by_length}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--name", default="model", help="what the page calls it")
    parser.add_argument("--checkpoint", type=Path, help="for torch: the folder with config.json and weights")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--provider", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--texts", choices=DISTRIBUTIONS, default="mixed")
    parser.add_argument("--count", type=int, default=TEXTS, help=f"how many different texts (default: {TEXTS})")
    parser.add_argument("--seconds", type=float, default=5, help="for each line (default: 5)")
    return parser


if __name__ == "__main__":
    main()
