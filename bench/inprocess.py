"""What these cores can do without any server: the figures that all others are held against. From text to label, as a
server does it: tokenise, run, answer. In: a model folder (argument), texts (a JSON line on standard input), then one
line for each measurement: what, and seconds. Out: a JSON line for each.

  limit     the graph as exported, all texts sorted by length and cut as is best; one thread of one core each
  window    the same, but with only 16 texts at a time to sort
  one       the graph as exported, one text after the other on all cores, as one client sees it
  rewritten `limit` with the graph that the fused pipeline runs (cpu_graph)"""

import json
import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
OURS = ("model_repository_templates/shared", "images/shared", "images/server/src")
sys.path[:0] = [str(ROOT / folder) for folder in OURS]

# ruff: noqa: E402 - the path is set above
from bert_batching.calibrate import measure
from bert_batching.sessions import Sessions
from bert_batching.split import split
from bert_serving.answering import Answering
from bert_serving.cores import cores
from bert_serving.tokenise import Encoder, whole
from cpu_graph.__main__ import write

WINDOW = 16


class Graph:
    def __init__(self, file: Path, encoder: Encoder, labels: Sequence[str], longest: int) -> None:
        self._encoder = encoder
        outputs = {"label": "predicts", "score": "scores"}
        task = {"task": "textClassification", "decision": {}, "activation": "softmax"}
        self._answering = Answering({**task, "outputs": outputs, "labels": labels})
        self._sessions = Sessions(str(file), cores(), encoder.fillers, "logits")
        self._costs = measure(encoder.fillers, longest, self._sessions.run)

    def grouped(self, texts: Sequence[str]) -> list[list[str]]:
        lengths = [len(row["input_ids"]) for row in self._encoder.rows(whole(texts))]
        return [[texts[place] for place in group] for group in split(lengths, self._costs)]

    def run(self, texts: Sequence[str], wide: bool) -> None:
        self._answering.answers(self._sessions.run(self._encoder.rows(whole(texts)), wide))


def main() -> None:
    folder = Path(sys.argv[1])
    facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    tokenizer = (folder / "tokenizer.json").read_text(encoding="utf-8")
    encoder = Encoder(tokenizer, facts["inputs"], facts["maxLength"], facts["padTokenId"])
    texts = json.loads(sys.stdin.readline())
    tokens = sum(len(row["input_ids"]) for row in encoder.rows(whole(texts)))
    say({"cores": cores(), "tokens": tokens / len(texts)})
    exported = Graph(folder / "model.onnx", encoder, facts["labels"], facts["maxLength"])
    groups = {
        "limit": (exported, exported.grouped(texts)),
        "window": (exported, [group for some in windows(texts) for group in exported.grouped(some)]),
    }
    for line in sys.stdin:
        what, seconds = line.split()
        if what == "rewritten" and what not in groups:
            # Not before it is asked for: bench/memory.py looks at this process with the exported graph alone.
            with TemporaryDirectory() as made:
                write(folder, Path(made))
                better = Graph(Path(made) / "model.onnx", encoder, facts["labels"], facts["maxLength"])
            groups[what] = (better, better.grouped(texts))
        say(one(exported, texts, float(seconds)) if what == "one" else many(*groups[what], float(seconds)))


def windows(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(texts), WINDOW):
        yield texts[begin : begin + WINDOW]


def many(graph: Graph, groups: list[list[str]], seconds: float) -> dict[str, float]:
    """Texts per second with one worker for each core."""
    random.Random(3).shuffle(groups)
    done = [0] * cores()
    begin = time.perf_counter()

    def work(worker: int) -> None:
        turn = worker
        while time.perf_counter() < begin + seconds:
            group = groups[turn % len(groups)]
            graph.run(group, wide=False)
            done[worker] += len(group)
            turn += len(done)

    threads = [threading.Thread(target=work, args=[worker]) for worker in range(len(done))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"rate": sum(done) / (time.perf_counter() - begin)}


def one(graph: Graph, texts: Sequence[str], seconds: float) -> dict[str, float]:
    waits: list[float] = []
    begin = time.perf_counter()
    while (before := time.perf_counter()) < begin + seconds:
        graph.run([random.choice(texts)], wide=True)
        waits.append(time.perf_counter() - before)
    return {"rate": len(waits) / (time.perf_counter() - begin), "p50": 1000 * sorted(waits)[len(waits) // 2]}


def say(content: object) -> None:
    print(json.dumps(content), flush=True)


if __name__ == "__main__":
    main()
