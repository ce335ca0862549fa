#!/usr/bin/env python3
"""The container's main process: starts Triton, asks its model every few seconds, and ends it when it is dead.

Triton's own endpoints stay 200 when the python process of a model was killed or hangs, and when every run of the graph
fails. So the kubelet asks here, and gets what the model itself has answered. An exec probe could ask the model too, but
a python that starts every few seconds costs more than all that this one does.

In: options, said by the deployment (components/server/watch.ts); golden.json, for names; after `--` the server's
command, which ends with the container's arguments. Out: the server's exit status, 1 if it was dead and ended well; for
the kubelet /live and /ready; why the server was ended, in the log and in the termination log.

Every base image has some python3: standard library only, and nothing newer than Python 3.8.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from pathlib import Path
from typing import Sequence

from bert_watch.canary import Canary
from bert_watch.child import Child
from bert_watch.health import HealthServer
from bert_watch.processes import Processes
from bert_watch.tell import log, write_termination_log
from bert_watch.verdict import Rules, Verdict
from bert_watch.watching import Watching

# The least share of a core that a run of the graph takes. In the server itself threads that serve clients work too, but
# there are many of them, and each does little.
LEAST_WORK = {"stub": 0.05, "server": 0.25}
# Runs that may end, besides those that are counted on, before one of them is answered.
RUNS_AHEAD = 2
# More than any look takes.
SILENCE_SECONDS = 15
# Where it ended well when it was asked to, it was dead all the same.
DEAD = 1


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    golden = json.loads(Path(options.golden).read_text(encoding="utf-8"))
    model, graph = golden["apiName"], options.graph or golden["apiName"]
    canary = Canary(
        options.http_port,
        model,
        graph if options.count_runs else None,
        golden["tensors"],
        os.environ.get("POD_UID", ""),
    )
    rules = Rules(
        broken_seconds=options.broken_seconds,
        late_seconds=options.late_seconds,
        longest_run=options.longest_run,
        least_work=LEAST_WORK[options.graph_in],
        most_runs=_most_runs(options) if options.count_runs else None,
        counts_answers=not options.pool,
    )
    ending = threading.Event()
    health = HealthServer(options.health_port, SILENCE_SECONDS, ending)

    def end() -> None:
        if not ending.is_set():
            ending.set()
            canary.drain()

    child = Child(options.command, end)
    processes = Processes(child.pid, None if options.graph_in == "server" else graph)
    watching = Watching(canary, processes, Verdict(rules), options.period, options.patience, ending)
    died = threading.Event()

    def watch() -> None:
        because = watching.run(health.show)
        if because:
            died.set()
            log("error", "dead", model=model, because=because)
            write_termination_log(options.termination_log, f"the server was dead: {because}")
            child.end(options.stop_seconds, processes.all())

    health.start()
    threading.Thread(target=watch, daemon=True).start()
    status = child.wait()
    if died.is_set():
        return status or DEAD
    if not ending.is_set():
        log("error", "the server has ended by itself", status=status)
    return status


def _most_runs(options: argparse.Namespace) -> int:
    """Runs that may end before an answer comes. In an ensemble each brings one. Out of a pool the canary is the next to
    be taken: what was under way ends before it (triton_repository/settings.py, runners), and as much may beside it."""
    counted_on = options.instances if options.ensemble else 2 * (options.instances + 1)
    return int(counted_on) + RUNS_AHEAD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Start a Triton server, and end it when its model is dead.")
    add = parser.add_argument
    add("--golden", default="/opt/triton-bert/golden.json", metavar="FILE")
    add("--termination-log", default="/dev/termination-log", metavar="FILE", help="empty: none")
    add("--http-port", type=int, default=8000, metavar="PORT", help="of Triton itself")
    add("--health-port", type=int, default=8003, metavar="PORT", help="for the kubelet")
    add("--graph", metavar="MODEL", help="the model that runs the graph; default: the public one")
    add("--graph-in", choices=list(LEAST_WORK), default="stub", help="who runs it: python processes, or Triton's own")
    add("--count-runs", action="store_true", help="a call of that model is a run; default: requests meet in a pool")
    add("--pool", action="store_true", help="the public model takes requests out of Triton's queue, and answers later")
    add("--ensemble", action="store_true", help="requests go from queue to queue")
    add("--instances", type=int, default=1, metavar="N", help="of the model that runs the graph")
    add("--period", type=float, default=2.5, metavar="SECONDS", help="from look to look")
    add("--patience", type=float, default=3, metavar="SECONDS", help="that a look waits for an answer")
    add("--broken-seconds", type=float, default=15, metavar="SECONDS", help="of broken answers until it is dead")
    add("--late-seconds", type=float, default=30, metavar="SECONDS", help="in which nothing moves until it is dead")
    add("--longest-run", type=float, default=300, metavar="SECONDS", help="of CPU time that one run may take")
    add("--stop-seconds", type=float, default=5, metavar="SECONDS", help="for a dead server to end by itself")
    add("command", nargs="+", help="of the server, after --")
    return parser


if __name__ == "__main__":
    # A container may have no locale at all; a reason may be in any script.
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main())
