"""What the watch costs. In: a model folder. Out: texts per second under load with the watch at work, divided by those
while it is stopped, of the same server, window by window; beside it the share of a core that the watch itself takes.

`python bench/watch_cost.py --model DIR`, with the python of the serving tests' environment."""

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
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
            f"the watch itself {row['cpu']:.2%} of a core"
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
            ratios, began, taken = [], time.monotonic(), cpu_seconds(server.process_id)
            for turn in range(options.rounds):
                rates = {}
                # Which comes first takes turns: the machine drifts.
                for watching in (True, False) if turn % 2 else (False, True):
                    with running(server.process_id, watching):
                        rates[watching] = load(server, CLIENTS, options.seconds, texts)["rate"]
                ratios.append(rates[True] / rates[False])
            # Half the time it was stopped.
            seconds = (time.monotonic() - began) / 2
            cpu = (cpu_seconds(server.process_id) - taken) / seconds
    lowest, ratio, highest = statistics.quantiles(ratios, n=4)
    return {"ratio": ratio, "lowest": lowest, "highest": highest, "cpu": cpu}


@contextmanager
def running(process: int, goes_on: bool) -> Iterator[None]:
    if not goes_on:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def cpu_seconds(process: int) -> float:
    """Of the process itself, without its children."""
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, after_name[11:13])) / TICKS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--name", help="what to call the model in the figures")
    parser.add_argument("--seconds", type=float, default=5, help="of a window (default: 5)")
    parser.add_argument("--rounds", type=int, default=16, help="of one window each (default: 16)")
    parser.add_argument("--out", type=Path, help="also write all figures to this file, for plots.py")
    return parser


if __name__ == "__main__":
    main()
