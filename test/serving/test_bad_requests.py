"""Promise: a request that can't be answered gets an error that says where and why, never the text; the server stays up,
and what shares a batch with it is unharmed."""

import itertools
import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tritonclient.utils import InferenceServerException

from ask import get, infer_body, infer_grpc, infer_http, labels, post, raw_body, until
from classifier import MAX_LENGTH
from triton import Triton

INFER = "/v2/models/ensemble_model/infer"
NOT_UTF8 = b"I love \xff\xfe it"
GOOD = ["помогите мне", "I love it", "the report of the meeting", "lost", "great happy love " * 3]


# 400 where a model or the server's own checks refuse, 500 where the server can't read the JSON: both are Triton's.
@pytest.mark.parametrize(
    ("status", "says", "body"),
    [
        (400, "text_input[0] is empty", infer_body([""])),
        (400, "text_input[1] is empty", infer_body(["good", " \n\t\u3000"])),
        (400, "text_input[0] is not UTF-8 at byte 7", raw_body(b"I love \xff\xfe it")),
        (400, "unexpected shape", infer_body(["a", "b", "c"], shape=[1, 3])),
        (400, "unexpected shape", infer_body(["a"], shape=[1])),
        (400, "unexpected shape", infer_body(["a"], shape=[1, 1, 1])),
        (400, "unexpected number of string elements", infer_body(["a", "b"], shape=[1, 1])),
        (400, "got 0", infer_body([], shape=[0, 1])),
        (400, "batch-size must be <= 4", infer_body(["a"] * 5)),
        (400, "expected 1 inputs but got 0", {"inputs": []}),
        (400, "data-type", {"inputs": [{"name": "text_input", "shape": [1, 1], "datatype": "INT64", "data": [1]}]}),
        (400, "unexpected", {"inputs": [{"name": "text", "shape": [1, 1], "datatype": "BYTES", "data": ["a"]}]}),
        (500, "non-string", {"inputs": [{"name": "text_input", "shape": [1, 1], "datatype": "BYTES", "data": [5]}]}),
        (500, "non-number", infer_body(["1"], datatype="FP32")),
        (500, "inputs", {}),
        (500, "failed to parse", b"{"),
        (500, "surrogate", raw_body(b"\\ud800")),
    ],
)
def test_refused_with_a_reason(either_server: Triton, status: int, says: str, body: object) -> None:
    got, answer = post(either_server, INFER, body)
    assert says in answer["error"]
    assert got == status
    assert get(either_server, "/v2/models/ensemble_model/ready")[0] == 200


@pytest.mark.parametrize("infer", [infer_http, infer_grpc])
def test_no_text_at_all_is_refused(either_server: Triton, infer: Any) -> None:
    with pytest.raises(InferenceServerException, match=r"0|empty"):
        infer(either_server, [])


@pytest.mark.parametrize("infer", [infer_http, infer_grpc])
def test_invalid_utf8_is_named_by_its_place(either_server: Triton, infer: Any) -> None:
    with pytest.raises(InferenceServerException) as refused:
        infer(either_server, ["a", "b", NOT_UTF8])
    assert "text_input[2] is not UTF-8 at byte 7" in str(refused.value)
    assert "love" not in str(refused.value)
    assert refused.value.status() in ("400", "StatusCode.INVALID_ARGUMENT")


def test_an_over_long_text_is_answered_as_its_first_tokens(either_server: Triton) -> None:
    words = ["love"] * (MAX_LENGTH - 2)
    whole = infer_http(either_server, [" ".join(words + ["help"] * 500)])
    cut = infer_http(either_server, [" ".join(words)])
    assert labels(whole) == labels(cut) == ["joy"]
    assert whole.as_numpy("scores")[0] == pytest.approx(cut.as_numpy("scores")[0], abs=1e-6)


def test_a_configured_maximum_cuts_sooner(either_other_server: Triton) -> None:
    assert labels(infer_http(either_other_server, ["love " * 6 + "help " * 6])) == ["радость"]
    assert labels(infer_http(either_other_server, ["love " * 5 + "help " * 6])) == ["радость"]
    assert labels(infer_http(either_other_server, ["love " * 2 + "help " * 6])) == ["тревога"]


@pytest.mark.parametrize("bad", [b"", NOT_UTF8], ids=["empty", "not UTF-8"])
def test_bad_requests_among_good_ones_fail_alone(either_other_server: Triton, bad: bytes) -> None:
    """Many at once, so that Triton batches them; the bad one in every position, in requests of every size."""
    alone: dict[str | bytes, Any] = {text: _answer(either_other_server, [text]) for text in GOOD}
    requests: list[list[str | bytes]] = []
    for size, place in itertools.product((1, 2, 3), range(6)):
        good: list[list[str | bytes]] = [[*itertools.islice(itertools.cycle(GOOD), i, i + size)] for i in range(5)]
        spoiled: list[str | bytes] = [*GOOD[: size - 1], bad]
        requests += [*good[:place], spoiled, *good[place:]]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda texts: _answer(either_other_server, texts), requests))
    for texts, answer in zip(requests, answers, strict=True):
        if bad in texts:
            assert f"text_input[{texts.index(bad)}]" in str(answer)
            continue
        assert [label for label, _ in answer] == [alone[text][0][0] for text in texts]
        assert [score for _, score in answer] == pytest.approx([alone[text][0][1] for text in texts], abs=1e-5)


def test_the_log_has_id_and_time_of_each_request_and_no_text(either_server: Triton) -> None:
    long = "sesquipedalian"
    requests: list[list[str | bytes]] = [[f"{long} love"], [long, long.encode() + b" \xff"], [long, ""]]
    for texts in requests:
        _answer(either_server, texts)
    infer_http(either_server, [long, "love"], request_id="asked-for")
    until(lambda: '"asked-for' in either_server.log.replace("\\", ""))
    told = [json.loads(line) for line in re.findall(r'\{"event".*\}', either_server.log.replace('\\"', '"'))]
    answered = [line for line in told if line["event"] == "answered" and line["request"] == "asked-for"]
    assert {line["texts"] for line in answered} == {2}
    refused = [line for line in told if line["event"] == "request refused" and "text_input" in line["because"]]
    assert len(refused) >= 2
    assert all(0 < line["ms"] < 10_000 for line in [*answered, *refused])
    assert long not in either_server.log


def _answer(server: Triton, texts: Sequence[str | bytes]) -> Any:
    """Label and score of each text; or the error."""
    try:
        result = infer_grpc(server, texts)
    except InferenceServerException as refused:
        return refused
    return list(zip(labels(result), result.as_numpy("scores").tolist(), strict=True))
