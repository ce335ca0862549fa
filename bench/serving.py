"""How much of what the cores can do a client gets: both pipelines, and int8, beside an in-process run, on the same
cores, in the same run. In: a model folder as the exporter writes it. Out: a table on standard output, and all figures
in a file for plots.py; as ratios: the machine's speed drifts, so each run is held against the limit measured just
before and just after it.

`npm run bench` makes the model and calls this; by hand: `python bench/serving.py --model DIR`, with the python of the
serving tests' environment (test/pythonVenvs.ts). For fewer cores: `taskset -c 0 python …`."""

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
OURS = ("test/serving", "images/server/src", "images/shared", "model_repository_templates/shared")
sys.path[:0] = [str(ROOT / folder) for folder in OURS]

# ruff: noqa: E402 - the path is set above
from rendering import render_model
from sentences import DISTRIBUTIONS, sentences
from triton import Triton

# Name of a row → what is rendered.
SERVERS = {
    "ensemble": {"pipeline": "ensemble"},
    "fused": {"pipeline": "fused"},
    "int8": {"pipeline": "fused", "precision": "int8"},
}
TEXTS = 800
# As a pod does by default (option monitoring.logSlowerThan). A line for each answer, as in the tests, would cost the
# fused pipeline 6 to 9 % of its rate.
LOG_SLOWER_THAN_MS = 1000
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

    @property
    def process_id(self) -> int:
        return self._process.pid

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
    texts = sentences(TEXTS, options.texts)
    runs: dict[str, list[Figures]] = {}
    with ExitStack() as stack:
        alone = InProcess(options.model, texts)
        stack.callback(alone.close)
        servers = {name: stack.enter_context(server_of(options.model, name, stack)) for name in options.servers}
        measures: dict[str, Callable[[], Figures]] = {
            **{what: partial(alone.measure, what, options.seconds) for what in ("window", "rewritten", "one")},
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
    about = {**alone.machine, "model": options.name or options.model.name, "texts": options.texts}
    rows = {name: _summary(figures, _median(runs["one"], "p50")) for name, figures in runs.items()}
    print(f"{about['cores']} cores, {about['tokens']:.0f} tokens a text, {options.rounds} rounds")
    _print_table(rows)
    if options.out:
        options.out.write_text(json.dumps({"about": about, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def _summary(figures: list[Figures], one: float) -> Figures:
    """Medians over the rounds. share: of the limit just before and after, and the lowest and highest of that; alone:
    p50 by that of one text after the other in-process; cpu: of the load, 1 = one core."""
    shares = sorted(each["share"] for each in figures)
    summary = {"rate": _median(figures, "rate"), "share": statistics.median(shares)}
    summary |= {"lowest": shares[0], "highest": shares[-1]}
    summary |= {name: _median(figures, name) for name in ("p50", "p99", "cpu") if name in figures[0]}
    return {**summary, "alone": summary["p50"] / one} if "p50" in summary else summary


def _print_table(rows: dict[str, Figures]) -> None:
    print("run            texts/s  ÷ limit  (lowest to highest)   p50 ms  ÷ alone  p99 ms  load CPU")
    for name, row in rows.items():
        line = f"{name:<12} {row['rate']:9.0f} {row['share']:8.2f}         {row['lowest']:.2f} to {row['highest']:.2f}"
        if "p50" in row:
            line += f" {row['p50']:11.1f} {row['alone']:8.2f}"
        if "p99" in row:
            line += f" {row['p99']:7.0f} {row['cpu']:9.0%}"
        print(line)


def _median(figures: list[Figures], what: str) -> float:
    return statistics.median(each[what] for each in figures)


def server_of(model: Path, name: str, stack: ExitStack) -> Triton:
    """A server that is still to be started; its files go with `stack`."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="triton-bert-bench-")))
    repository, golden = render_model(folder, model, apiName="bench", maxBatchSize=16, examples=[], **SERVERS[name])
    return Triton(repository, "bench", folder, golden, log_slower_than_ms=LOG_SLOWER_THAN_MS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.onnx, tokenizer.json, model.json")
    parser.add_argument("--name", help="what to call it in the figures (default: the folder's name)")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16, 64])
    parser.add_argument("--texts", choices=DISTRIBUTIONS, default="mixed", help="lengths (default: mixed)")
    parser.add_argument("--servers", nargs="+", default=list(SERVERS), choices=SERVERS)
    parser.add_argument("--seconds", type=float, default=2, help="of each run (default: 2)")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument("--out", type=Path, help="also write all figures to this file, for plots.py")
    return parser


if __name__ == "__main__":
    main()
