"""Asking a server, as clients do. Texts may be bytes, for those that are no UTF-8."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import tritonclient.grpc as grpc
import tritonclient.http as http


class Server(Protocol):
    """Triton itself, or what stands before it."""

    @property
    def api_name(self) -> str: ...
    @property
    def http(self) -> str: ...
    @property
    def grpc(self) -> str: ...


# Beyond what a server may take to answer or refuse, on a machine that does other things besides.
PATIENCE_SECONDS = 120
# What urllib says by itself is a form.
JSON = {"Content-Type": "application/json"}


def post(server: Server, path: str, body: object, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """Plain HTTP, without a Triton client. Status and decoded JSON (empty where the body is)."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return _open(urllib.request.Request(f"http://{server.http}{path}", data, JSON | (headers or {})))


def get(server: Server, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    return _open(urllib.request.Request(f"http://{server.http}{path}", headers=headers or {}))


def _open(request: urllib.request.Request) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
            return response.status, _decoded(response.read())
    except urllib.error.HTTPError as problem:
        return problem.code, _decoded(problem.read())


def _decoded(content: bytes) -> dict[str, Any]:
    decoded = json.loads(content) if content else {}
    return decoded if isinstance(decoded, dict) else {"list": decoded}


def infer_body(texts: Sequence[str], shape: list[int] | None = None, datatype: str = "BYTES") -> dict[str, Any]:
    shape = [len(texts), 1] if shape is None else shape
    return {"inputs": [{"name": "text_input", "shape": shape, "datatype": datatype, "data": list(texts)}]}


def raw_body(text: bytes) -> bytes:
    """A request with bytes that no JSON library would write."""
    return b'{"inputs":[{"name":"text_input","shape":[1,1],"datatype":"BYTES","data":["' + text + b'"]}]}'


def infer_http(server: Server, texts: Sequence[str | bytes], **options: Any) -> Any:
    """The official HTTP client, binary protocol."""
    with http.InferenceServerClient(server.http, network_timeout=PATIENCE_SECONDS) as client:
        return client.infer(server.api_name, [_input(http, texts)], **options)


def infer_grpc(server: Server, texts: Sequence[str | bytes], **options: Any) -> Any:
    with grpc.InferenceServerClient(server.grpc) as client:
        return client.infer(server.api_name, [_input(grpc, texts)], client_timeout=PATIENCE_SECONDS, **options)


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Waits for what comes a little after an answer: counts, lines of the log."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def labels(result: Any) -> list[str]:
    return [label.decode() for label in result.as_numpy("predicts")]


def _input(client: Any, texts: Sequence[str | bytes]) -> Any:
    values = [text if isinstance(text, bytes) else text.encode() for text in texts]
    tensor = client.InferInput("text_input", [len(texts), 1], "BYTES")
    tensor.set_data_from_numpy(np.array(values, dtype=object).reshape(-1, 1))
    return tensor
