"""Whether a server grows under load. In: a model folder. Out, in MiB: PSS of the server's processes each second, when
idle and last, and the slope a minute of its second half, fitted; beside it the PSS of an in-process run of the exported
graph; and the seconds until the server was ready.

`python bench/memory.py --model DIR --minutes 10`, with the python of the serving tests' environment."""

import argparse
import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parents[1]
OURS = ("test/serving", "images/server/src", "images/shared", "model_repository_templates/shared")
sys.path[:0] = [str(ROOT / folder) for folder in OURS]

# ruff: noqa: E402 - the path is set above
import numpy as np

from sentences import sentences
from serving import InProcess, server_of

CLIENTS = 16


def pss(process: int) -> float:
    """MiB of a process and its children, what they share counted once."""
    children = subprocess.run(["pgrep", "-P", str(process)], stdout=subprocess.PIPE, text=True, check=False).stdout
    return sum(_own(one) for one in [process, *map(int, children.split())])


def _own(process: int) -> float:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--name", help="what to call the model in the figures")
    parser.add_argument("--texts", default="tail", help="lengths (default: tail)")
    parser.add_argument("--out", type=Path, help="also write all figures to this file, for plots.py")
    options = parser.parse_args()
    texts = sentences(800, options.texts)
    alone = InProcess(options.model, texts)
    alone.measure("limit", 5)
    alone.measure("one", 5)
    in_process = pss(alone.process_id)
    alone.close()
    with ExitStack() as stack:
        triton = server_of(options.model, "fused", stack)
        before = time.monotonic()
        with triton as server:
            ready = time.monotonic() - before
            idle = pss(server.process_id)
            seconds = 60 * options.minutes
            asked = {"address": server.http, "model": "bench", "clients": CLIENTS, "seconds": seconds, "texts": texts}
            command = [sys.executable, str(ROOT / "bench" / "load.py")]
            client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert client.stdin
            client.stdin.write(json.dumps(asked))
            client.stdin.close()
            taken: list[float] = []
            while client.poll() is None:
                taken.append(pss(server.process_id))
                time.sleep(1)
    half = taken[len(taken) // 2 :]
    slope = float(np.polyfit(np.arange(len(half)) / 60, half, 1)[0])
    figures = {
        "model": options.name or options.model.name,
        "minutes": options.minutes,
        "ready": round(ready, 1),
        "idle": round(idle),
        "last": round(taken[-1]),
        "inProcess": round(in_process),
        "slope": round(slope, 2),
    }
    print(json.dumps(figures, indent=1))
    if options.out:
        options.out.write_text(json.dumps({**figures, "pss": [round(each) for each in taken]}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
