#!/usr/bin/env python3
"""Asks the server in this pod the golden examples, and texts of the model's proof. A pod whose model answers wrongly,
or otherwise than the one that was proven, never gets Ready.

In: golden.json (what to ask, written by the renderer), verdict.json (what the build has found wrong), a server's HTTP
address; beside it the packages bert_probe, and bert_tasks, whose `expect` of the model's task holds answers against
examples. Out: exit status
  0  the model is ready and every text was answered right (of a model without examples that is sure of no text of its
     proof: it answered some text);
  1  not ready yet: the server is not up, the model not loaded, or the answer late. Try again;
  2  refused by the build, a wrong answer or an error. It is said on stdout and in the termination log: text, expected,
     got.
Golden texts come from the deployment's config or are built in, so they may be shown; this program never sees a user's
text.

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

from bert_probe.answers import Answer, differs, infer, shown
from bert_tasks import load

RIGHT, NOT_READY, WRONG = 0, 1, 2
# Less than the startup probe's own limit: Kubernetes ends a try that hangs without a word, this one says why first.
TIMEOUT_SECONDS = 8
# Characters of one call, padding included: a call that outlives its try is worked off in vain while the next one waits.
CALL_CHARACTERS = 600
# Any text does where no answer is known: it proves that all parts of the model work together.
ANY_TEXT = "triton-bert"

Example = Dict[str, Any]


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
        print(f"no answer within {options.timeout} s, {_count(golden, notes.right)} answered so far")
        return NOT_READY
    if failures:
        if options.report:
            report = [failure._asdict() for failure in failures]
            Path(options.report).write_text(json.dumps(report), encoding="utf-8")
        return _refuse([failure.words for failure in failures], options.termination_log)
    print(f"{_count(golden, notes.right)} answered right")
    return RIGHT


def asked(golden: dict[str, Any]) -> list[Example]:
    """All that is asked: golden examples, texts of the proof."""
    return [*golden["examples"], *golden["proof"]["texts"]]


def _count(golden: dict[str, Any], right: Sequence[int]) -> str:
    examples, all_ = len(golden["examples"]), len(asked(golden))
    if not all_:
        return "some text"
    known = sum(position < examples for position in right)
    counts = [(known, examples, "golden examples"), (len(right) - known, all_ - examples, "texts of the proof")]
    return " and ".join("{} of {} {}".format(*count) for count in counts if count[1])


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
    """`examples`: the positions of those among them that are golden. `judged`: the server would answer so again; all
    else may be of this moment."""

    examples: list[int]
    words: str
    judged: bool


def ask(web: Any, model: str, golden: dict[str, Any], deadline: float, notes: Notes) -> list[Failure]:
    """What is wrong with the answers; empty if they are right. Raises socket.timeout."""
    texts = asked(golden) or [{"text": ANY_TEXT}]
    failures: list[Failure] = []
    others: list[str] = []
    for positions in calls(texts, golden["maxBatchSize"], golden["requestBytes"], notes.right):
        some = [texts[position] for position in positions]
        examples = [position for position in positions if position < len(golden["examples"])]
        try:
            answers = infer(web, model, golden["tensors"], [text["text"] for text in some], _left(deadline))
        except urllib.error.HTTPError as problem:
            words = f"golden examples failed: {_quoted(some)} {_error(problem)}"
            failures.append(Failure(examples, words, bool(asked(golden)) and 400 <= problem.code < 500))
        except socket.timeout:
            raise
        except (OSError, http.client.HTTPException, ValueError, KeyError) as problem:
            words = f"golden examples failed: {_quoted(some)} {type(problem).__name__}: {problem}"
            failures.append(Failure(examples, words, False))
        else:
            wrong = [_mismatch(golden, example, answer) for example, answer in zip(some, answers)]
            told = dict(zip(positions, wrong))
            failures.extend(Failure([position], told[position] or "", True) for position in examples if told[position])
            others += [words for position, words in told.items() if words and position not in examples]
            notes.add([position for position, words in told.items() if not words])
    if others:
        # One line: Kubernetes shows 4096 bytes of all that is told.
        count = "{} of {} built-in texts".format(len(others), len(golden["proof"]["texts"]))
        failures.append(
            Failure([], f"the model does not answer as the one that was proven: {count}; {others[0]}", True)
        )
    return failures


def calls(examples: Sequence[Example], size: int, most_bytes: int, done: Sequence[int]) -> Iterator[list[int]]:
    """The positions that each call asks for: at most `size`, fewer of long texts."""
    call: list[int] = []
    for position in sorted(set(range(len(examples))) - set(done)):
        texts = [examples[other]["text"] for other in [*call, position]]
        padded = max(map(len, texts)) * len(texts)
        whole = sum(len(text.encode("utf-8")) for text in texts)
        if call and (len(call) == size or padded > CALL_CHARACTERS or whole > most_bytes):
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


def _mismatch(golden: dict[str, Any], example: Example, answer: Answer) -> str | None:
    proven = example.get("answer")
    if proven is None:
        expect = load(golden["task"], "expect")
        wrong = expect.mismatch(example, answer, golden["labels"]) if expect.FIELD in example else None
        return wrong and 'golden example failed: text "{}", {}'.format(example["text"], wrong)
    if not differs(proven, answer, golden["proof"]["within"]):
        return None
    return 'text "{}", expected {}, got {}'.format(example["text"], shown(proven), shown(answer))


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
