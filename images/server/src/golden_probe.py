#!/usr/bin/env python3
"""Asks the server in this pod the golden examples. A pod whose model answers wrongly never gets Ready.

In: golden.json (what to ask, written by the renderer), verdict.json (what the build has found wrong), a server's HTTP
address; beside it the package bert_tasks, whose `expect` of the model's task holds answers against examples. Out: exit
status
  0  the model is ready and every example was answered right (without examples: it answered some text);
  1  not ready yet: the server is not up, the model not loaded, or the answer late. Try again;
  2  refused by the build, a wrong answer or an error. It is said on stdout and in the termination log: text, expected,
     got.
Golden texts come from the deployment's config, so they may be shown; this program never sees a user's text.

A large model on one core may need longer for all examples than Kubernetes gives one try: right answers are noted in
a file, and the next try goes on from there.

Kubernetes runs it as the startup probe, the image build before that. Every base image has some python3: standard
library only, in `expect` too, and nothing newer than Python 3.8.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Dict, Iterator, NamedTuple, Sequence

from bert_tasks import load

RIGHT, NOT_READY, WRONG = 0, 1, 2
# Less than the startup probe's own limit: Kubernetes ends a try that hangs without a word, this one says why first.
TIMEOUT_SECONDS = 8
# Characters of one call, padding included: a call that outlives its try is worked off in vain while the next one waits.
CALL_CHARACTERS = 600
# Any text does where no answer is known: it proves that all parts of the model work together.
ANY_TEXT = "triton-bert"

Example = Dict[str, Any]
# The outputs of one text, by what the task calls them.
Answer = Dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    refused = judged(options.verdict)
    if refused:
        return _refuse(refused, options.termination_log)
    golden = json.loads(Path(options.golden).read_text(encoding="utf-8"))
    # A proxy of the environment has no business between a pod and itself.
    web = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + options.timeout
    model = "http://{}/v2/models/{}".format(options.http, golden["apiName"])
    try:
        with web.open(model + "/ready", timeout=_left(deadline)):
            pass
    except urllib.error.HTTPError as problem:
        print("model {} is not ready (HTTP {})".format(golden["apiName"], problem.code))
        return NOT_READY
    except (OSError, http.client.HTTPException) as problem:
        print("server {} is not up ({})".format(options.http, getattr(problem, "reason", problem)))
        return NOT_READY

    notes = Notes(options.notes, [_server_start(), options.http, golden])
    try:
        failures = ask(web, model, golden, deadline, notes)
    except socket.timeout:
        seen = "{} of {} golden examples answered so far".format(len(notes.right), len(golden["examples"]))
        print(f"no answer within {options.timeout} s, {seen}")
        return NOT_READY
    if failures:
        if options.report:
            told = [failure._asdict() for failure in failures]
            Path(options.report).write_text(json.dumps(told), encoding="utf-8")
        return _refuse([failure.words for failure in failures], options.termination_log)
    print("{} of {} golden examples answered right".format(len(golden["examples"]), len(golden["examples"])))
    return RIGHT


def judged(verdict: str) -> list[str]:
    """What the image's build found wrong with the model, in words."""
    if not verdict:
        return []
    problems = json.loads(Path(verdict).read_text(encoding="utf-8"))["problems"]
    return ["{}: {}".format(".".join(map(str, problem["path"])), problem["because"]) for problem in problems]


def _refuse(problems: Sequence[str], termination_log: str) -> int:
    report = "\n".join(problems)
    print(report)
    _write_termination_log(termination_log, report)
    return WRONG


class Notes:
    """Which examples were answered right by this server: `about` says by which, and what was asked. Kept in a file."""

    def __init__(self, path: str, about: Any) -> None:
        self._path, self._about = path, json.loads(json.dumps(about))
        self.right: list[int] = []
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            noted = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
            self.right = noted["right"] if noted["about"] == self._about else []

    def add(self, positions: Sequence[int]) -> None:
        self.right += positions
        # Without a writable file every try asks all.
        with contextlib.suppress(OSError):
            if self._path:
                content = json.dumps({"about": self._about, "right": self.right})
                Path(self._path).write_text(content, encoding="utf-8")


class Failure(NamedTuple):
    """`examples`: their positions. `judged`: the server would answer so again; all else may be of this moment."""

    examples: list[int]
    words: str
    judged: bool


def ask(web: Any, model: str, golden: dict[str, Any], deadline: float, notes: Notes) -> list[Failure]:
    """What is wrong with the answers; empty if they are right. Raises socket.timeout."""
    examples = golden["examples"] or [{"text": ANY_TEXT}]
    failures: list[Failure] = []
    for positions in calls(examples, golden["maxBatchSize"], notes.right):
        some = [examples[position] for position in positions]
        try:
            texts = [example["text"] for example in some]
            answers = infer(web, model, golden["tensors"], texts, _left(deadline))
        except urllib.error.HTTPError as problem:
            words = f"golden examples failed: {_quoted(some)} {_error(problem)}"
            refused = bool(golden["examples"]) and 400 <= problem.code < 500
            failures.append(Failure(positions, words, refused))
        except socket.timeout:
            raise
        except (OSError, http.client.HTTPException, ValueError, KeyError) as problem:
            words = f"golden examples failed: {_quoted(some)} {type(problem).__name__}: {problem}"
            failures.append(Failure(positions, words, False))
        else:
            mismatches = [_mismatch(golden, example, answer) for example, answer in zip(some, answers)]
            failures.extend(Failure([position], words, True) for position, words in zip(positions, mismatches) if words)
            notes.add([position for position, mismatch in zip(positions, mismatches) if not mismatch])
    return failures


def calls(examples: Sequence[Example], size: int, done: Sequence[int]) -> Iterator[list[int]]:
    """The positions that each call asks for: at most `size`, fewer of long texts."""
    call: list[int] = []
    for position in sorted(set(range(len(examples))) - set(done)):
        longest = max(len(examples[other]["text"]) for other in [*call, position])
        if call and (len(call) == size or longest * (len(call) + 1) > CALL_CHARACTERS):
            yield call
            call = []
        call.append(position)
    if call:
        yield call


def _left(deadline: float) -> float:
    """Seconds until the deadline. Raises socket.timeout after it."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise socket.timeout
    return seconds


def _server_start() -> str:
    """Tells one life of this container from the next: /tmp outlives a restart. The 22nd field is the start time."""
    try:
        return Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def infer(web: Any, model: str, tensors: dict[str, Any], texts: list[str], timeout: float) -> list[Answer]:
    """The answer to each text."""
    body = {"inputs": [{"name": tensors["text"], "shape": [len(texts), 1], "datatype": "BYTES", "data": texts}]}
    request = urllib.request.Request(
        model + "/infer", json.dumps(body).encode("utf-8"), {"Content-Type": "application/json"}
    )
    with web.open(request, timeout=timeout) as response:
        outputs = {output["name"]: output for output in json.load(response)["outputs"]}
    columns = {called: _by_text(outputs[name], len(texts)) for called, name in tensors["outputs"].items()}
    return [{called: column[index] for called, column in columns.items()} for index in range(len(texts))]


def _by_text(output: dict[str, Any], texts: int) -> list[Any]:
    """A value for each text, or a list of them. HTTP has the numbers of all texts in one list."""
    shape, data = output["shape"], output["data"]
    if shape[0] != texts:
        raise ValueError(f"{texts} texts, but {shape[0]} answers")
    if len(shape) == 1:
        return list(data)
    width = len(data) // texts
    return [data[begin : begin + width] for begin in range(0, len(data), width)]


def _mismatch(golden: dict[str, Any], example: Example, answer: Answer) -> str | None:
    expect = load(golden["task"], "expect")
    wrong = expect.mismatch(example, answer, golden["labels"]) if expect.FIELD in example else None
    return wrong and 'golden example failed: text "{}", {}'.format(example["text"], wrong)


def _quoted(examples: list[Example]) -> str:
    return "text " + ", ".join('"{}"'.format(example["text"]) for example in examples)


def _error(problem: urllib.error.HTTPError) -> str:
    return "got HTTP {}: {}".format(problem.code, problem.read(2000).decode("utf-8", "replace"))


def _write_termination_log(path: str, report: str) -> None:
    """Kubernetes shows this file's content as the reason why a container ended. Outside a pod there is none,
    and none is made."""
    if path and Path(path).exists():
        with contextlib.suppress(OSError):
            Path(path).write_text(report + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Ask a Triton server the golden examples.")
    parser.add_argument("--golden", default="/opt/triton-bert/golden.json")
    parser.add_argument("--verdict", default="/opt/triton-bert/verdict.json", metavar="FILE", help="empty: none")
    parser.add_argument("--report", default="", metavar="FILE", help="where failures go as JSON; empty: nowhere")
    parser.add_argument("--http", default="127.0.0.1:8000", metavar="HOST:PORT")
    parser.add_argument(
        "--timeout", type=float, default=TIMEOUT_SECONDS, metavar="SECONDS", help="for all calls together"
    )
    parser.add_argument("--notes", default="/tmp/triton-bert-golden.json", metavar="FILE", help="empty: none")
    parser.add_argument("--termination-log", default="/dev/termination-log", metavar="FILE", help="empty: none")
    return parser


if __name__ == "__main__":
    # A container may have no locale at all; the texts have any script.
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main())
