"""Requests that take servers down, or hold up all others: the rows of docs/hostile-requests.md, and how each is sent.
In: a server. Out: what it said: an HTTP status, the name of a gRPC status, or that the connection was closed. A test
compares the page with these rows, others send each of them."""

import contextlib
import gzip
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc as rpc
import numpy as np
import tritonclient.grpc as grpc
from tritonclient.grpc import service_pb2
from tritonclient.utils import InferenceServerException

from ask import Server, infer_body, infer_grpc, infer_http, labels, raw_body

MEGABYTE = 1_000_000
CLOSED = "connection closed"
JSON = {"Content-Type": "application/json"}
Answer = str


def send(server: Server, body: bytes, headers: dict[str, str] | None = None, path: str | None = None) -> Answer:
    """Over HTTP. The status, or that there was none."""
    connection = http.client.HTTPConnection(server.http, timeout=30)
    try:
        path = path or f"/v2/models/{server.api_name}/infer"
        connection.request("POST" if body else "GET", path, body or None, JSON | (headers or {}))
        return str(connection.getresponse().status)
    except (http.client.HTTPException, OSError):
        return CLOSED
    finally:
        connection.close()


def over_grpc(call: Callable[[Any], Any], server: Server) -> Answer:
    """The status, as gRPC names it."""
    with grpc.InferenceServerClient(server.grpc) as client:
        try:
            call(client)
        except InferenceServerException as refused:
            return str(refused.status()).removeprefix("StatusCode.")
    return "OK"


def _text(size: int = 10) -> Any:
    tensor = grpc.InferInput("text_input", [1, 1], "BYTES")
    tensor.set_data_from_numpy(np.array([[b"a" * size]], dtype=object))
    return tensor


def _asking(name: bytes, key: bytes = b"classification") -> bytes:
    body = json.dumps(infer_body(["so it goes"])).encode()
    return body[:-1] + b',"outputs":[{"name":"' + name + b'","parameters":{"' + key + b'":1}}]}'


def _to_post_processing(server: Server) -> Answer:
    """The last model of the ensemble, which has the labels too."""
    logits = {"name": "logits", "shape": [1, 3], "datatype": "FP32", "data": [0.1, 0.2, 0.3]}
    wanted = {"name": "predicts", "parameters": {"classification": 1}}
    body = json.dumps({"inputs": [logits], "outputs": [wanted]}).encode()
    return send(server, body, path="/v2/models/post_processing/infer")


def _unary_classification(server: Server) -> Answer:
    wanted = grpc.InferRequestedOutput("predicts", class_count=1)
    return over_grpc(lambda c: c.infer(server.api_name, [_text()], outputs=[wanted], client_timeout=20), server)


def _hidden_classification(server: Server) -> Answer:
    """The field `outputs` by a tag of which protobuf keeps the lower 32 bits only."""
    request = service_pb2.ModelInferRequest(model_name=server.api_name)
    tensor = request.inputs.add(name="text_input", datatype="BYTES", shape=[1, 1])
    tensor.contents.bytes_contents.append(b"so it goes")
    wanted = service_pb2.ModelInferRequest.InferRequestedOutputTensor(name="predicts")
    wanted.parameters["classification"].int64_param = 1
    output = wanted.SerializeToString()
    return _unary(server, request.SerializeToString() + bytes([0xB2, 0x80, 0x80, 0x80, 0x10, len(output)]) + output)


def _unary(server: Server, message: bytes) -> Answer:
    with rpc.insecure_channel(server.grpc) as channel:
        try:
            channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")(message, timeout=20)
        except rpc.RpcError as refused:
            return str(refused.code().name)
    return "OK"


def streamed_classification(server: Server) -> Answer:
    said: list[Any] = []
    came = threading.Event()

    def heard(result: Any, error: Any) -> None:
        said.append((result, error))
        came.set()

    with grpc.InferenceServerClient(server.grpc) as client:
        client.start_stream(heard)
        wanted = grpc.InferRequestedOutput("predicts", class_count=1)
        # An exception only says that the stream has ended meanwhile.
        with contextlib.suppress(InferenceServerException):
            client.async_stream_infer(server.api_name, [_text()], outputs=[wanted])
        came.wait(20)
        client.stop_stream(cancel_requests=True)
    if not said:
        return CLOSED
    error = said[0][1]
    return "OK" if error is None else str(error.status()).removeprefix("StatusCode.")


def _longer_than_tensor(server: Server) -> Answer:
    """The second text of a binary tensor, which says a byte more than it has."""
    tensor = {"name": "text_input", "shape": [2, 1], "datatype": "BYTES"}
    declared = tensor | {"parameters": {"binary_data_size": len(TOO_LONG)}}
    head = json.dumps({"inputs": [declared]}).encode()
    return send(server, head + TOO_LONG, {"Inference-Header-Content-Length": str(len(head))})


def _longer_than_contents(server: Server) -> Answer:
    request = service_pb2.ModelInferRequest(model_name=server.api_name, raw_input_contents=[TOO_LONG])
    request.inputs.add(name="text_input", datatype="BYTES", shape=[2, 1])
    return _unary(server, request.SerializeToString())


def good_beside(server: Server, row: "Row", times: int = 120) -> list[Any]:
    """Labels and scores that good requests get, or their errors; they and the row come at once, so that Triton batches
    them."""

    def good(number: int) -> Any:
        if number % 3 == 0:
            row.send(server)
            return None
        try:
            result = (infer_http, infer_grpc)[number % 2](server, ["I love it"])
        except InferenceServerException as failed:
            return str(failed)
        return labels(result), result.as_numpy("scores").tolist()

    with ThreadPoolExecutor(12) as pool:
        return [said for said in pool.map(good, range(times)) if said is not None]


def _chunks(server: Server) -> Answer:
    """A good request but for its chunks of one byte."""
    body = json.dumps(infer_body(["a" * MEGABYTE])).encode()
    host, _, port = server.http.partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        head = f"POST /v2/models/{server.api_name}/infer HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
        try:
            connection.sendall(head.encode() + chunks + b"0\r\n\r\n")
            return _status(connection)
        except OSError:
            return CLOSED


def _status(connection: socket.socket) -> Answer:
    line = connection.recv(1000).split(b"\r\n")[0].split()
    return line[1].decode() if len(line) > 1 else CLOSED


def _deep(depth: int) -> bytes:
    return (
        b'{"inputs":[{"name":"text_input","shape":[1,1],"datatype":"BYTES","data":'
        + b"[" * depth
        + b"]" * depth
        + b"}]}"
    )


def together(server: Server, size: int = 48 * MEGABYTE, connections: int = 16) -> Answer:
    """The same body on many connections at once."""
    body = json.dumps(infer_body(["a" * size])).encode()
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(send(server, body))) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return "/".join(sorted(set(answers)))


def _packed(server: Server) -> Answer:
    text = _text(200 * MEGABYTE)
    call = {"client_timeout": 60, "compression_algorithm": "gzip"}
    return over_grpc(lambda c: c.infer(server.api_name, [text], **call), server)


def slowly(server: Server, said: bytes, pause: float = 0, more: int = 0) -> Answer:
    """Sends `said`, then a byte after each pause, and waits: for 2 seconds, or 20 where no byte more was to come."""
    host, _, port = server.http.partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(said)
        try:
            for _ in range(more):
                time.sleep(pause)
                connection.sendall(b"a")
                connection.settimeout(2)
            return _status(connection)
        except TimeoutError:
            return "held"
        except OSError:
            return CLOSED


HEAD = b"POST /v2/models/ensemble_model/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
DEEP = b'{"a":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"
TOO_LONG = b"\x04\x00\x00\x00love\x05\x00\x00\x00help"
GZIP_BOMB = gzip.compress(json.dumps(infer_body(["a" * (200 * MEGABYTE)])).encode(), 1)


def _to_generate(server: Server) -> Answer:
    """Where Triton takes no notice of the field, and all of the body for JSON."""
    field = {"Inference-Header-Content-Length": "0"}
    return send(server, DEEP, field, path=f"/v2/models/{server.api_name}/generate")


def _logging(server: Server) -> Answer:
    return send(server, b"", path="/v2/logging")


@dataclass(frozen=True)
class Row:
    """A row of the page. `alone`: what Triton 2.51 does without a gateway, `since`: the release of NVIDIA's from which
    Triton itself refuses it, `gateway`: what a client hears through the gateway, `by`: who stops it there."""

    name: str
    alone: str
    since: str
    gateway: Answer
    by: str
    send: Callable[[Server], Answer]

    @property
    def ends(self) -> bool:
        return self.alone == ENDS

    @property
    def harms_batch(self) -> bool:
        return self.alone.endswith(BATCH)

    def as_table(self) -> str:
        return f"| {self.name} | {self.alone} | {self.since} | {self.gateway} | {self.by} |"


ENDS = "**ends**"
HELD = "holds up all others"
BATCH = ", and the rest of its batch"
GATEWAY, TRITON, MODELS, NOTHING = "gateway", "Triton", "our models", "**nothing**"
STACK = "25.07; 26.05 counts chunks"
LIBEVHTP = "unknown; libevhtp of July 2025 does not"
HEADER = {"Inference-Header-Content-Length": "99999999999"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GZIP = {"Content-Encoding": "gzip"}


def _infer(texts: list[str], **more: Any) -> bytes:
    return json.dumps(infer_body(texts) | more).encode()


def _many_outputs(count: int) -> bytes:
    return _infer(["so it goes"], outputs=[{"name": "predicts"}] * count)


def _large_message(server: Server) -> Answer:
    return over_grpc(lambda c: c.infer(server.api_name, [_text(48 * MEGABYTE)], client_timeout=60), server)


ROWS = [
    Row("HTTP: `classification` of `predicts`", ENDS, "25.07", "400", GATEWAY, lambda s: send(s, _asking(b"predicts"))),
    Row(
        "the same, its key written as `\\u0063lassification`",
        ENDS,
        "25.07",
        "400",
        GATEWAY,
        lambda s: send(s, _asking(b"predicts", b"\\u0063lassification")),
    ),
    Row("the same of the ensemble's `post_processing`", ENDS, "25.07", "400", GATEWAY, _to_post_processing),
    Row("gRPC: the same in `ModelInfer`", ENDS, "25.07", "INVALID_ARGUMENT", GATEWAY, _unary_classification),
    Row("the same, behind a tag of 33 bits", ENDS, "25.07", "INVALID_ARGUMENT", GATEWAY, _hidden_classification),
    Row("gRPC: the same in `ModelStreamInfer`", ENDS, "25.07", "UNAVAILABLE", NOTHING, streamed_classification),
    Row(
        "10 MB sent as a form (`application/x-www-form-urlencoded`)",
        ENDS,
        LIBEVHTP,
        "413",
        GATEWAY,
        lambda s: send(s, _infer(["a" * 10 * MEGABYTE]), FORM),
    ),
    Row("1,000,000 chunks of one byte", ENDS, STACK, "413", GATEWAY, _chunks),
    Row("JSON nested 50,000 deep in `data`", ENDS, "25.05", "400", GATEWAY, lambda s: send(s, _deep(50_000))),
    Row(
        "JSON nested 1,000,000 deep elsewhere",
        ENDS,
        "26.05",
        "400",
        GATEWAY,
        lambda s: send(s, DEEP),
    ),
    Row(
        "the same to `generate`, with `Inference-Header-Content-Length: 0`",
        ENDS,
        "26.05",
        "400",
        GATEWAY,
        _to_generate,
    ),
    Row("2 MB of gzip that are 200 MB of JSON", HELD, "26.01", "415", GATEWAY, lambda s: send(s, GZIP_BOMB, GZIP)),
    Row("HTTP: 16 connections with 48 MB each", HELD, "26.03, once read", "413", GATEWAY, together),
    Row("gRPC: a message of 48 MB", HELD, "–", "RESOURCE_EXHAUSTED", GATEWAY, _large_message),
    Row("gRPC: a gzip message that unpacks to 200 MB", HELD, "–", "UNIMPLEMENTED", GATEWAY, _packed),
    Row("HTTP: a text longer than its binary tensor", f"400{BATCH}", "–", "400", GATEWAY, _longer_than_tensor),
    Row(
        "gRPC: the same in `raw_input_contents`",
        f"INVALID_ARGUMENT{BATCH}",
        "–",
        "INVALID_ARGUMENT",
        GATEWAY,
        _longer_than_contents,
    ),
    Row(
        "100,000 outputs in one request",
        "200",
        "26.02 (CVE-2026-24146)",
        "400",
        GATEWAY,
        lambda s: send(s, _many_outputs(100_000)),
    ),
    Row(
        "`Inference-Header-Content-Length` beyond an int",
        "400",
        "26.09; 26.06 to 26.08 seem to end",
        "400",
        GATEWAY,
        lambda s: send(s, _infer(["so it goes"]), HEADER),
    ),
    Row("a head or body that stops halfway", "held open", "–", CLOSED, GATEWAY, lambda s: slowly(s, HEAD + b"\r\n{")),
    Row(
        "a body that comes byte by byte for ever",
        "held open",
        "–",
        "held",
        f"{NOTHING}: it keeps one place",
        lambda s: slowly(s, HEAD + b"\r\n{", pause=1, more=15),
    ),
    Row("`GET /v2/logging` and other admin endpoints", "403", "by our flags", "403", TRITON, _logging),
    Row("a text that is not UTF-8", "400", "–", "400", MODELS, lambda s: send(s, raw_body(b"\xff"))),
]
