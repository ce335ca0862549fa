"""Promise: behind the gateway, whatever docs/hostile-requests.md says is stopped never reaches Triton; the page says
what is not; and good requests are answered as without it. The real nginx, with the product's own configuration."""

import contextlib
import http.client
import json
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tritonclient.http as http_client

from ask import Server, get, infer_body, infer_grpc, infer_http, labels, post
from gateway import Gateway
from hostile import (
    DEEP,
    HEAD,
    JSON,
    NOTHING,
    ROWS,
    TOO_LONG,
    Row,
    good_beside,
    send,
    streamed_classification,
    together,
)
from http_binary import elements
from rendering import serve
from streams import Stream

ROOT = Path(__file__).parents[2]
INFER = "/v2/models/ensemble_model/infer"
STOPPED = [row for row in ROWS if not row.ends or row.by != NOTHING]
BRACKETS = 'love [[[[{{{{ " classification": \\' * 40


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    with serve(folder / "triton", behind_gateway=True) as triton, Gateway(triton, folder / "nginx") as before:
        yield before
        assert triton.alive(), "a test has ended the server"


def assert_good(gateway: Gateway) -> None:
    assert labels(infer_http(gateway, ["I love it"])) == ["joy"]
    assert labels(infer_grpc(gateway, ["помогите мне"])) == ["distress"]


@pytest.mark.parametrize("row", STOPPED, ids=lambda row: row.name)
def test_each_row_is_stopped_as_the_page_says(gateway: Gateway, row: Row) -> None:
    assert row.send(gateway) == row.gateway
    assert gateway.triton.alive()
    assert_good(gateway)


@pytest.mark.parametrize("row", [row for row in ROWS if row.harms_batch], ids=lambda row: row.name)
def test_what_harms_its_batch_fails_alone(gateway: Gateway, row: Row) -> None:
    alone = infer_http(gateway, ["I love it"])
    answers = good_beside(gateway, row)
    assert [said for said in answers if isinstance(said, str)] == []
    for label, score in answers:
        assert label == labels(alone) == ["joy"]
        assert score == pytest.approx(alone.as_numpy("scores").tolist(), abs=1e-5)


@pytest.mark.parametrize(
    ("datatype", "behind_json"),
    [
        ("BYTES", ""),
        ("\\u0042YTE\\u0053", ""),
        ('BYTES","datatype":"FP32', ""),
        # Triton reads neither on.
        ("BYTES\\u0000", ""),
        ("BYTES", '\x00"'),
    ],
)
def test_a_cut_tensor_is_refused_however_it_is_called(gateway: Gateway, datatype: str, behind_json: str) -> None:
    cut = elements(b"love") + TOO_LONG
    assert "incomplete string data" in _binary(gateway.triton, datatype, cut, [3, 1], behind_json)[1]["error"]
    status, answer = _binary(gateway, datatype, cut, [3, 1], behind_json)
    assert (status, answer) == (400, {"error": "a BYTES tensor ends in the middle of an element"})


def test_other_binary_tensors_are_left_to_triton(gateway: Gateway) -> None:
    cases = [
        (elements(b"love"), [1, 1], 200),
        (elements(b"love", b"a" * 60_000), [2, 1], 200),
        (elements(b"love", b""), [2, 1], 400),
        (elements(b"love", b"help"), [1, 1], 400),
        (b"", [0, 1], 400),
    ]
    for tail, shape, status in cases:
        said = _binary(gateway, "BYTES", tail, shape)
        assert said[0] == status
        assert said[1].get("error") == _binary(gateway.triton, "BYTES", tail, shape)[1].get("error")


def test_binary_numbers_are_no_texts(gateway: Gateway) -> None:
    with http_client.InferenceServerClient(gateway.http) as client:
        inputs = [_numbers(name) for name in ("input_ids", "attention_mask", "token_type_ids")]
        assert client.infer("model_onnx", inputs).as_numpy("logits").shape == (1, 3)


def _numbers(name: str) -> Any:
    tensor = http_client.InferInput(name, [1, 4], "INT64")
    tensor.set_data_from_numpy(np.ones((1, 4), dtype=np.int64))
    return tensor


def _binary(
    server: Server, datatype: str, tail: bytes, shape: Sequence[int], behind_json: str = ""
) -> tuple[int, dict[str, Any]]:
    """`datatype` as it stands in the JSON."""
    declared = f'"name":"text_input","shape":{json.dumps(shape)},"parameters":{{"binary_data_size":{len(tail)}}}'
    head = f'{{"inputs":[{{{declared},"datatype":"{datatype}"}}]}}{behind_json}'.encode()
    return post(server, INFER, head + tail, {"Inference-Header-Content-Length": str(len(head))})


@pytest.mark.parametrize(
    "path",
    [
        "generate",
        "generate_stream",
        "generate?/infer",
        "generate#/infer",
        "generate%3F/infer",
        "generate/../infer",
        "/infer",
    ],
)
def test_only_what_triton_takes_for_infer_has_a_length_of_json(gateway: Gateway, path: str) -> None:
    """Any other deep JSON would end it."""
    length = {"Inference-Header-Content-Length": "0"}
    assert send(gateway, DEEP, length, f"/v2/models/ensemble_model/{path}") in ("400", "404")
    assert_good(gateway)


def test_what_nothing_stops_is_stopped_by_closing_streams(tmp_path: Path) -> None:
    with serve(tmp_path / "triton", behind_gateway=True) as triton:
        with Gateway(triton, tmp_path / "closed", stream_seconds=0) as gateway:
            assert streamed_classification(gateway) == "UNIMPLEMENTED"
            assert_good(gateway)
        with Gateway(triton, tmp_path / "open") as gateway:
            streamed_classification(gateway)
        assert triton.wait() < 0, "the page says that nothing stops it"


def test_the_page_has_these_rows() -> None:
    page = (ROOT / "docs" / "hostile-requests.md").read_text(encoding="utf-8")
    table = [line for line in page.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    assert table[1:] == [row.as_table() for row in ROWS]


def test_triton_is_reached_through_the_gateway_only(gateway: Gateway) -> None:
    flags = [flag for flag in gateway.triton.command() if "address" in flag]
    assert flags == ["--http-address=127.0.0.1", "--grpc-address=127.0.0.1", "--metrics-address=0.0.0.0"]


@pytest.mark.parametrize("text", ["I love it", BRACKETS, "love 😀 " * 20, 'love "quoted" \\u0063lassification'])
def test_good_requests_are_answered_as_by_triton_itself(gateway: Gateway, text: str) -> None:
    for infer in (infer_http, infer_grpc):
        itself = infer(gateway.triton, [text]).as_numpy("scores")
        assert infer(gateway, [text]).as_numpy("scores") == pytest.approx(itself)
    status, answer = post(gateway, INFER, infer_body([text]))
    assert (status, answer["outputs"]) == (200, post(gateway.triton, INFER, infer_body([text]))[1]["outputs"])


def test_chunked_and_large_bodies_pass(gateway: Gateway) -> None:
    body = json.dumps(infer_body(["love " * 200_000])).encode()
    assert post(gateway, INFER, body)[0] == 200
    connection = http.client.HTTPConnection(gateway.http, timeout=30)
    with contextlib.closing(connection):
        parts = (body[at : at + 1000] for at in range(0, len(body), 1000))
        connection.request("POST", INFER, parts, JSON, encode_chunked=True)
        assert connection.getresponse().status == 200


def test_of_two_fields_of_one_name_none_passes_unjudged(gateway: Gateway) -> None:
    body = b"x" * 10_000_000
    for fields in (
        [("Content-Type", "application/json"), ("Content-Type", "application/x-www-form-urlencoded")],
        [("Content-Encoding", ""), ("Content-Encoding", "gzip")],
    ):
        connection = http.client.HTTPConnection(gateway.http, timeout=30)
        with contextlib.closing(connection):
            connection.putrequest("POST", INFER)
            for name, value in [*fields, ("Content-Length", str(3_000_000))]:
                connection.putheader(name, value)
            connection.endheaders(body[:3_000_000])
            assert connection.getresponse().status in (400, 415, 500)
    assert_good(gateway)


def test_a_connection_is_kept_and_renewed_in_time(gateway: Gateway) -> None:
    body = json.dumps(infer_body(["I love it"])).encode()
    connection = http.client.HTTPConnection(gateway.http, timeout=10)
    with contextlib.closing(connection):
        asked_to_leave = []
        for pause in (0, 0, gateway.connection_seconds + 0.5):
            time.sleep(pause)
            connection.request("POST", INFER, body, JSON)
            response = connection.getresponse()
            assert response.status == 200, response.read()
            response.read()
            asked_to_leave.append(response.getheader("Connection") == "close")
        assert asked_to_leave == [False, False, True]


def test_other_methods_are_refused(gateway: Gateway) -> None:
    connection = http.client.HTTPConnection(gateway.http, timeout=10)
    with contextlib.closing(connection):
        connection.request("PUT", INFER, b"{}", JSON)
        assert connection.getresponse().status == 405


def test_a_stream_outlives_connections_by_its_own_time(gateway: Gateway) -> None:
    with Stream(gateway) as stream:
        assert stream.ask("I love it") == ["joy"]
        time.sleep(3 * gateway.connection_seconds)
        assert_good(gateway)
        assert stream.ask("помогите мне") == ["distress"]


def test_a_silent_stream_ends(tmp_path: Path, gateway: Gateway) -> None:
    with Gateway(gateway.triton, tmp_path, stream_seconds=2) as short, Stream(short) as stream:
        assert stream.ask("I love it") == ["joy"]
        time.sleep(4)
        assert stream.ask("I love it") is None


def test_without_a_gateway_a_stream_lives_longer_than_a_connection(tmp_path: Path) -> None:
    """flags.py: connections 1 s, requests 5 s, streams 12 s."""
    with serve(tmp_path) as triton, Stream(triton) as stream:
        assert stream.ask("I love it") == ["joy"]
        time.sleep(9)
        assert stream.ask("I love it") == ["joy"]
        time.sleep(6)
        assert stream.ask("I love it") is None


@pytest.mark.parametrize("infer", [infer_http, infer_grpc])
def test_a_gateway_that_is_told_to_go_ends_what_it_has(
    tmp_path: Path, gateway: Gateway, infer: Callable[..., Any]
) -> None:
    # On a busy machine they take more than five seconds, after which it would close what is still under way.
    with Gateway(gateway.triton, tmp_path, exit_seconds=60) as going, ThreadPoolExecutor(8) as pool:
        # Long to tokenise, since nothing in them tells words apart.
        answers = [pool.submit(infer, going, ["love", *["a." * 32_000] * 3]) for _ in range(8)]
        # A connection of which it has read no request yet it may close.
        while sum(answer.done() for answer in answers) + (under_way := going.under_way()) < 8:
            time.sleep(0.01)
        going.quit()
        assert [labels(answer.result())[0] for answer in answers] == ["joy"] * 8
        assert under_way > 1
        assert going.wait() == 0


def test_what_it_refuses_by_itself_is_json_as_from_triton(tmp_path: Path, gateway: Gateway) -> None:
    assert _error(gateway, "/" + "a" * 20_000) == (400, "the request line or a header is malformed, or too long")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        triton = replace(gateway.triton, ports={"http": port, "grpc": port})
        with Gateway(triton, tmp_path, silent_seconds=1) as before:
            assert _error(before, "/v2") == (504, "the server has not answered for 60 seconds")
        silent.close()
        with Gateway(triton, tmp_path / "gone") as before:
            assert _error(before, "/v2") == (503, "too many requests at a time, or the server does not answer")


def _error(gateway: Gateway, path: str) -> tuple[int, str]:
    with contextlib.closing(http.client.HTTPConnection(gateway.http, timeout=10)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, json.loads(response.read())["error"]


def test_good_requests_beside_large_ones(gateway: Gateway) -> None:
    body = infer_body(["I love it"])
    with ThreadPoolExecutor(1) as pool:
        flood = pool.submit(lambda: [together(gateway) for _ in range(3)])
        seen = []
        while not flood.done():
            seen.append(post(gateway, INFER, body)[0])
        assert flood.result() == ["413"] * 3
    assert set(seen) == {200}


def test_slow_clients_take_their_own_places_only(gateway: Gateway) -> None:
    """As many as may be large at a time; the next is told when to come again; small ones and the kubelet pass."""
    most = int(re.search(r"limit_conn large (\d+);", (gateway.work / "nginx.conf").read_text())[1])  # type: ignore[index]
    head = HEAD.replace(b"1000", b"1000000") + b"\r\n{"
    host, _, port = gateway.http.partition(":")
    with contextlib.ExitStack() as held:
        for _ in range(most):
            held.enter_context(socket.create_connection((host, int(port)))).sendall(head)
        time.sleep(0.5)
        connection = held.enter_context(contextlib.closing(http.client.HTTPConnection(gateway.http, timeout=10)))
        connection.request("POST", INFER, b"{" * 200_000, JSON)
        response = connection.getresponse()
        assert (response.status, response.getheader("Retry-After")) == (503, "1")
        assert "error" in json.loads(response.read())
        assert_good(gateway)
        assert gateway.ready("/gateway")
    assert get(gateway, "/v2/health/live")[0] == 200
