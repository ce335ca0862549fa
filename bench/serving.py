"""How much of what the cores can do a client gets: both pipelines beside an in-process run, on the same cores, in the same
run. In: a model folder as the exporter writes it. Out: a table on standard output; figures as ratios, since the machine's
own speed drifts: the runs take turns, round after round, and the medians are compared.

`python bench/serving.py --model DIR`, with the python of the serving tests' environment (test/servingVenv.ts)."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
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
        return self._ask(f"{what} {seconds}")

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
        for _ in range(options.rounds):
            for what in ("limit", "window", "one"):
                runs.setdefault(what, []).append(alone.measure(what, options.seconds))
            for clients in options.clients:
                for name, server in servers.items():
                    runs.setdefault(f"{name} {clients}", []).append(load(server, clients, options.seconds, texts))
    print(f"{alone.machine['cores']} cores, {alone.machine['tokens']:.0f} tokens a text, {options.rounds} rounds")
    _print_table(runs)


def _print_table(runs: dict[str, list[Figures]]) -> None:
    limit, one = _median(runs["limit"], "rate"), _median(runs["one"], "p50")
    print(f"{'run':<14} {'texts/s':>8} {'÷ limit':>8} {'spread':>7} {'p50 ms':>7} {'÷ alone':>8} {'p99 ms':>7} {'load CPU':>9}")
    for name, figures in runs.items():
        rate = _median(figures, "rate")
        spread = (max(f["rate"] for f in figures) - min(f["rate"] for f in figures)) / rate
        row = f"{name:<14} {rate:8.0f} {rate / limit:8.2f} {spread:7.0%}"
        if "p50" in figures[0]:
            row += f" {_median(figures, 'p50'):7.1f} {_median(figures, 'p50') / one:8.2f}"
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
    parser.add_argument("--seconds", type=float, default=3, help="of each run (default: 3)")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    return parser


if __name__ == "__main__":
    main()
