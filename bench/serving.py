"""How much of what the cores can do a client gets: both pipelines beside an in-process run, on the same cores, in the
same run. In: a model folder as the exporter writes it. Out: a table on standard output; figures as ratios: the
machine's speed drifts, so each run is held against the limit measured just before and just after it.

`python bench/serving.py --model DIR`, with the python of the serving tests' environment (test/servingVenv.ts)."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "test" / "serving"), str(ROOT / "exporter")]

# ruff: noqa: E402 - the path is set above
from rendering import render_model
from sentences import sentences
from triton import Triton

PIPELINES = ("ensemble", "fused")
TEXTS = 800
Figures = dict[str, float]


class InProcess:
    """The process that runs the graph without a server."""

    def __init__(self, model: Path, texts: list[str]) -> None:
        command = [sys.executable, str(ROOT / "bench" / "inprocess.py"), str(model)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.machine = self._ask(json.dumps(texts))

    def measure(self, what: str, seconds: float) -> Figures:
        figures: Figures = self._ask(f"{what} {seconds}")
        return figures

    def close(self) -> None:
        self._process.communicate()

    def _ask(self, line: str) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        print(line, file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())


def load(server: Triton, clients: int, seconds: float, texts: list[str]) -> Figures:
    asked = {"address": server.http, "model": server.api_name, "clients": clients, "seconds": seconds, "texts": texts}
    command = [sys.executable, str(ROOT / "bench" / "load.py")]
    run = subprocess.run(command, input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True)
    figures: Figures = json.loads(run.stdout)
    return figures


def main() -> None:
    options = _parser().parse_args()
    texts = sentences(TEXTS)
    runs: dict[str, list[Figures]] = {}
    with ExitStack() as stack:
        alone = InProcess(options.model, texts)
        stack.callback(alone.close)
        servers = {name: stack.enter_context(_server(options.model, name, stack)) for name in options.pipelines}
        measures: dict[str, Callable[[], Figures]] = {
            "window": lambda: alone.measure("window", options.seconds),
            "one": lambda: alone.measure("one", options.seconds),
            **{
                f"{name} {clients}": partial(load, server, clients, options.seconds, texts)
                for clients in options.clients
                for name, server in servers.items()
            },
        }
        for _ in range(options.rounds):
            before = alone.measure("limit", options.seconds)["rate"]
            for name, measure in measures.items():
                figures = measure()
                after = alone.measure("limit", options.seconds)["rate"]
                runs.setdefault(name, []).append({**figures, "share": 2 * figures["rate"] / (before + after)})
                before = after
    print(f"{alone.machine['cores']} cores, {alone.machine['tokens']:.0f} tokens a text, {options.rounds} rounds")
    _print_table(runs)


def _print_table(runs: dict[str, list[Figures]]) -> None:
    """`÷ limit`: the median, and from the lowest to the highest, of the ratios to the limit just before and after."""
    one = _median(runs["one"], "p50")
    print("run            texts/s  ÷ limit  (lowest to highest)   p50 ms  ÷ alone  p99 ms  load CPU")
    for name, figures in runs.items():
        shares = sorted(each["share"] for each in figures)
        row = f"{name:<12} {_median(figures, 'rate'):9.0f} {_median(figures, 'share'):8.2f}"
        row += f"         {shares[0]:.2f} to {shares[-1]:.2f}"
        if "p50" in figures[0]:
            row += f" {_median(figures, 'p50'):11.1f} {_median(figures, 'p50') / one:8.2f}"
        if "p99" in figures[0]:
            row += f" {_median(figures, 'p99'):7.0f} {_median(figures, 'cpu'):9.0%}"
        print(row)


def _median(figures: list[Figures], what: str) -> float:
    return statistics.median(each[what] for each in figures)


def _server(model: Path, pipeline: str, stack: ExitStack) -> Triton:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="triton-bert-bench-")))
    repository, golden = render_model(folder, model, apiName="bench", maxBatchSize=16, pipeline=pipeline, examples=[])
    return Triton(repository, "bench", folder, golden)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.onnx, tokenizer.json, model.json")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16, 64])
    parser.add_argument("--pipelines", nargs="+", default=list(PIPELINES), choices=PIPELINES)
    parser.add_argument("--seconds", type=float, default=2, help="of each run (default: 2)")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    return parser


if __name__ == "__main__":
    main()
