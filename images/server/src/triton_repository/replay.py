"""Replays the proof of the model on what is to serve it: `python3 -m triton_repository.replay`. In: replay.json and
golden.json, the repository, a server that serves it. Out: problems as verdict.json has them, none or one; exit status
0, or another where nothing is known.

First the token ids, of this interpreter's tokenizers, with the repository's own code and tokenizer.json. Then logits:
of the model that runs the graph alone, whatever does so there; or else of this interpreter's onnxruntime. Last what a
client gets. What goes wrong first explains what comes after it, and is all that is told.

Runs in the last but one stage of the server image's build, with the server's own Python and packages."""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Sequence

from bert_probe.answers import Answer, differs, infer, shown

# Of one text, of a large model on a busy machine.
TIMEOUT_SECONDS = 120
# Between what is the same: numbers are read and written as FP32.
NOISE = 1e-6
# Ids and characters of what is told.
SHOWN, TOLD = 8, 300

Text = Dict[str, Any]
# A text as the graph takes it, by input.
Row = Dict[str, Any]
# Its logits.
Graph = Callable[[Row], List[float]]


class Wrong(NamedTuple):
    text: str
    expected: str
    got: str


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="triton_repository.replay", description=__doc__)
    parser.add_argument("--golden", type=Path, required=True)
    parser.add_argument("--replay", type=Path, required=True)
    parser.add_argument("--repository", type=Path, required=True, help="what the server serves")
    parser.add_argument("--http", default="127.0.0.1:8000", metavar="HOST:PORT")
    parser.add_argument("--out", type=Path, required=True, help="where the problems go")
    options = parser.parse_args(arguments)
    golden, replay = (json.loads(file.read_text(encoding="utf-8")) for file in (options.golden, options.replay))
    problems = replayed(Server(options.http, golden), replay, options.repository)
    options.out.write_text(json.dumps(problems), encoding="utf-8")
    if not problems:
        print("{} built-in texts answered as by the model that was proven".format(len(replay["texts"])))
    return 0


def replayed(server: Server, replay: dict[str, Any], repository: Path) -> list[dict[str, Any]]:
    texts, gate = replay["texts"], replay["gate"] + NOISE
    if not texts:
        return []
    reader = Reader(repository)
    rows = reader.rows([text["text"] for text in texts])
    name, logits = replay["inference"], replay["logits"]
    graph = server.graph(name, logits) if (repository / name).is_dir() else reader.graph(logits)
    other = "use another base or kind of server"
    large = "use another server or precision; or raise the gate, if the model's logits are large by nature"
    steps = (
        ("token ids", ["server"], other, _ids(texts, rows)),
        ("logits", ["qualityGate", "maxLogitDifference"], large, _logits(texts, rows, graph, gate)),
        ("answers", ["server"], other, _answers(texts, server, gate)),
    )
    for what, path, remedy, compared in steps:
        wrong = list(compared)
        if wrong:
            return [{"path": path, "because": _words(what, wrong, len(texts)), "remedy": remedy}]
    return []


def _words(what: str, wrong: Sequence[Wrong], texts: int) -> str:
    text, expected, got = (said if len(said) <= TOLD else said[:TOLD] + "…" for said in wrong[0])
    return (
        f"the server does not answer as the model that was proven: other {what} for {len(wrong)} of {texts} built-in "
        f'texts; text "{text}", expected {expected}, got {got}'
    )


def _ids(texts: Sequence[Text], rows: Sequence[Row]) -> Iterator[Wrong]:
    for text, row in zip(texts, rows):
        expected, got = text["ids"], list(row["input_ids"])
        if got != expected:
            same = [one == other for one, other in zip(expected, got)]
            at = same.index(False) if False in same else len(same)
            shown = [f"{ids[at : at + SHOWN]} ({len(ids)} in all)" for ids in (expected, got)]
            yield Wrong(text["text"], f"from position {at} {shown[0]}", shown[1])


def _logits(texts: Sequence[Text], rows: Sequence[Row], graph: Graph, gate: float) -> Iterator[Wrong]:
    for text, row in zip(texts, rows):
        expected, got = text["logits"], graph(row)
        # Written so that NaN is wrong, too.
        if len(got) != len(expected) or not all(abs(one - other) <= gate for one, other in zip(expected, got)):
            yield Wrong(text["text"], f"{_digits(expected)} within {gate:.3g}", str(_digits(got)))


def _answers(texts: Sequence[Text], server: Server, gate: float) -> Iterator[Wrong]:
    for text in texts:
        expected, got = dict(text["answer"]), server.answer(text["text"])
        if not text["is_sure"]:
            # Between two labels the original is not sure either.
            del expected["label"]
        if differs(expected, got, gate):
            yield Wrong(text["text"], shown(expected), shown(got))


def _digits(numbers: Sequence[float]) -> list[float]:
    return [round(number, 4) for number in numbers]


class Reader:
    """What takes clients' texts in a repository: the public model, or the one before the graph. With its own code, as
    in the server."""

    def __init__(self, repository: Path) -> None:
        (tokenizer,) = repository.glob("*/1/tokenizer.json")
        self._folder = tokenizer.parent
        sys.path.insert(0, str(self._folder))
        from bert_serving.tokenise import Encoder

        settings = json.loads((self._folder / "settings.json").read_text(encoding="utf-8"))
        content = tokenizer.read_text(encoding="utf-8")
        self._encoder = Encoder(content, settings["inputs"], settings["maxLength"], settings["padTokenId"])

    def rows(self, texts: Sequence[str]) -> list[Row]:
        from bert_serving.tokenise import whole

        return [{name: list(values) for name, values in row.items()} for row in self._encoder.rows(whole(texts))]

    def graph(self, logits: str) -> Graph:
        """The one beside it."""
        from bert_batching.sessions import open_session
        from bert_serving.rows import join

        session = open_session(str(self._folder / "model.onnx"), os.cpu_count() or 1)
        return lambda row: session.run([logits], join([row], self._encoder.fillers))[0][0].tolist()


class Server:
    """A running server. Texts go one by one: none shares a run with another."""

    def __init__(self, http: str, golden: dict[str, Any]) -> None:
        self._web = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._models = f"http://{http}/v2/models"
        self._golden = golden

    def answer(self, text: str) -> Answer:
        model = "{}/{}".format(self._models, self._golden["apiName"])
        return infer(self._web, model, self._golden["tensors"], [text], TIMEOUT_SECONDS)[0]

    def graph(self, name: str, logits: str) -> Graph:
        """A model of the server."""

        def run(row: Row) -> list[float]:
            inputs = [
                {"name": taken, "shape": [1, len(values)], "datatype": "INT64", "data": values}
                for taken, values in row.items()
            ]
            body = json.dumps({"inputs": inputs, "outputs": [{"name": logits}]}).encode()
            with self._web.open(f"{self._models}/{name}/infer", body, timeout=TIMEOUT_SECONDS) as response:
                data: list[float] = json.load(response)["outputs"][0]["data"]
            return data

        return run


if __name__ == "__main__":
    sys.exit(main())
