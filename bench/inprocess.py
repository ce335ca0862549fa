"""What these cores can do without any server: the figures that all others are held against. In: a model folder
(argument), texts (a JSON line on standard input), then one line for each measurement: what, and seconds. Out: a JSON
line for each.

  limit    all texts sorted by length and cut as the fused pipeline cuts; one thread of one core each
  window   the same, but with only 16 texts at a time to sort
  one      one text after the other on all cores, as one client sees it"""

import json
import random
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "model_repository_templates" / "models")]

# ruff: noqa: E402 - the path is set above
from bert_fused.sessions import Sessions
from bert_fused.split import Costs, split
from bert_serving.cores import cores
from bert_serving.tokenise import Encoder, Row

WINDOW = 16


def main() -> None:
    folder = Path(sys.argv[1])
    facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    tokenizer = (folder / "tokenizer.json").read_text(encoding="utf-8")
    encoder = Encoder(tokenizer, facts["inputs"], facts["maxLength"], facts["padTokenId"])
    sessions = Sessions(str(folder / "model.onnx"), cores(), encoder.fillers, "logits")
    rows = encoder.rows(json.loads(sys.stdin.readline()))
    say({"cores": cores(), "tokens": sum(map(length, rows)) / len(rows)})
    for line in sys.stdin:
        what, seconds = line.split()
        if what == "one":
            say(one(sessions, rows, float(seconds)))
        else:
            groups = grouped(rows) if what == "limit" else [g for w in windows(rows) for g in grouped(w)]
            say(many(sessions, groups, float(seconds)))


def grouped(rows: list[Row]) -> list[list[Row]]:
    return [[rows[place] for place in group] for group in split([length(row) for row in rows], Costs())]


def windows(rows: list[Row]) -> Iterator[list[Row]]:
    for begin in range(0, len(rows), WINDOW):
        yield rows[begin : begin + WINDOW]


def many(sessions: Sessions, groups: list[list[Row]], seconds: float) -> dict[str, float]:
    """Texts per second with one worker for each core."""
    random.Random(3).shuffle(groups)
    done = [0] * cores()
    begin = time.perf_counter()

    def work(worker: int) -> None:
        turn = worker
        while time.perf_counter() < begin + seconds:
            group = groups[turn % len(groups)]
            sessions.run(group, wide=False)
            done[worker] += len(group)
            turn += len(done)

    threads = [threading.Thread(target=work, args=[worker]) for worker in range(len(done))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"rate": sum(done) / (time.perf_counter() - begin)}


def one(sessions: Sessions, rows: list[Row], seconds: float) -> dict[str, float]:
    waits: list[float] = []
    begin = time.perf_counter()
    while (before := time.perf_counter()) < begin + seconds:
        sessions.run([random.choice(rows)], wide=True)
        waits.append(time.perf_counter() - before)
    return {"rate": len(waits) / (time.perf_counter() - begin), "p50": 1000 * sorted(waits)[len(waits) // 2]}


def length(row: Row) -> int:
    return len(row["input_ids"])


def say(content: object) -> None:
    print(json.dumps(content), flush=True)


if __name__ == "__main__":
    main()
