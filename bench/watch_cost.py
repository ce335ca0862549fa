"""What the watch costs. In: a model folder. Out: texts per second under load with the watch at work, divided by those
while it is stopped, of the same server, window by window. And the share of a core that the server takes without any
client, with the watch at work and while it is stopped: their difference is all that Triton and the watch do for it.

`python bench/watch_cost.py --model DIR`, with the python of the serving tests' environment."""

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
OURS = ("test/serving", "images/server/src", "images/shared", "model_repository_templates/shared")
sys.path[:0] = [str(ROOT / folder) for folder in OURS]

# ruff: noqa: E402 - the path is set above
from rendering import KINDS, render_model
from sentences import sentences
from serving import LOG_SLOWER_THAN_MS, TEXTS, load
from watched import Watched

CLIENTS = 16
PIPELINES = ("fused", "ensemble")
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    options = _parser().parse_args()
    texts = sentences(TEXTS, "mixed")
    rows = {pipeline: measure(options, pipeline, texts) for pipeline in PIPELINES}
    for pipeline, row in rows.items():
        print(
            f"{pipeline:<9} with ÷ without {row['ratio']:.4f} ({row['lowest']:.4f} to {row['highest']:.4f}), "
            f"idle {row['watched']:.2%} of a core, {row['unwatched']:.2%} without"
        )
    if options.out:
        about = {"model": options.name or options.model.name, "rounds": options.rounds, "clients": CLIENTS}
        options.out.write_text(json.dumps({"about": about, "watch": rows}, indent=1) + "\n", encoding="utf-8")


def measure(options: argparse.Namespace, pipeline: str, texts: list[str]) -> dict[str, float]:
    """lowest, highest: the quartiles of the windows' ratios."""
    with tempfile.TemporaryDirectory(prefix="triton-bert-bench-") as name:
        folder = Path(name)
        repository, golden = render_model(
            folder, options.model, apiName="bench", maxBatchSize=16, examples=[], **KINDS[pipeline]
        )
        with Watched(
            repository, "bench", folder, golden, kind=pipeline, log_slower_than_ms=LOG_SLOWER_THAN_MS
        ) as server:
            server.becomes_ready(seconds=60)
            load(server, CLIENTS, options.seconds, texts)
            ratios = []
            for turn in range(options.rounds):
                rates = in_turns(server.process_id, turn, lambda: load(server, CLIENTS, options.seconds, texts)["rate"])
                ratios.append(rates[True] / rates[False])
            shares = [
                in_turns(server.process_id, turn, lambda: cpu_share(server.process_id, options.idle_seconds))
                for turn in range(options.rounds)
            ]
    lowest, ratio, highest = statistics.quantiles(ratios, n=4)
    watched, unwatched = (statistics.fmean(share[watching] for share in shares) for watching in (True, False))
    return {"ratio": ratio, "lowest": lowest, "highest": highest, "watched": watched, "unwatched": unwatched}


def in_turns(process: int, turn: int, figure: Callable[[], float]) -> dict[bool, float]:
    """The figure with the watch at work (True) and stopped. Which comes first takes turns: the machine drifts."""
    figures = {}
    for watching in (True, False) if turn % 2 else (False, True):
        with running(process, watching):
            figures[watching] = figure()
    return figures


@contextmanager
def running(process: int, goes_on: bool) -> Iterator[None]:
    if not goes_on:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def cpu_share(process: int, seconds: float) -> float:
    """Of a core, by the process and all below it."""
    began, taken = time.monotonic(), cpu_seconds(process)
    time.sleep(seconds)
    return (cpu_seconds(process) - taken) / (time.monotonic() - began)


def cpu_seconds(process: int) -> float:
    """Of the process and all below it."""
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return sum(map(int, after_name[11:13])) / TICKS + sum(cpu_seconds(int(child)) for child in children)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--name", help="what to call the model in the figures")
    parser.add_argument("--seconds", type=float, default=5, help="of a window (default: 5)")
    parser.add_argument("--idle-seconds", type=float, default=15, help="of an idle window (default: 15)")
    parser.add_argument("--rounds", type=int, default=16, help="of one window of each kind (default: 16)")
    parser.add_argument("--out", type=Path, help="also write all figures to this file, for plots.py")
    return parser


if __name__ == "__main__":
    main()
