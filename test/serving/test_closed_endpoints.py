"""Promise: with the product's own flags nobody outside can map memory, log or trace otherwise, list or load models."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest
import tritonclient.grpc as grpc
from tritonclient.utils import InferenceServerException

from ask import get, post
from flags import product_flags
from triton import WHEEL, Triton, server_environment

CLOSED_HTTP = [
    ("GET", "/v2/systemsharedmemory/status"),
    ("POST", "/v2/systemsharedmemory/region/x/register"),
    ("POST", "/v2/systemsharedmemory/unregister"),
    ("GET", "/v2/cudasharedmemory/status"),
    ("POST", "/v2/cudasharedmemory/region/x/register"),
    ("POST", "/v2/cudasharedmemory/unregister"),
    ("GET", "/v2/logging"),
    ("POST", "/v2/logging"),
    ("GET", "/v2/trace/setting"),
    ("POST", "/v2/trace/setting"),
    ("GET", "/v2/models/ensemble_model/trace/setting"),
    ("POST", "/v2/models/ensemble_model/trace/setting"),
    ("POST", "/v2/repository/index"),
    ("POST", "/v2/repository/models/ensemble_model/load"),
    ("POST", "/v2/repository/models/ensemble_model/unload"),
]
Call = Callable[[Any, dict[str, str]], Any]
CLOSED_GRPC: dict[str, Call] = {
    "shared memory status": lambda c, h: c.get_system_shared_memory_status(headers=h),
    "shared memory register": lambda c, h: c.register_system_shared_memory("x", "/x", 4, headers=h),
    "shared memory unregister": lambda c, h: c.unregister_system_shared_memory(headers=h),
    "cuda shared memory status": lambda c, h: c.get_cuda_shared_memory_status(headers=h),
    "cuda shared memory unregister": lambda c, h: c.unregister_cuda_shared_memory(headers=h),
    "log settings": lambda c, h: c.get_log_settings(headers=h),
    "change log settings": lambda c, h: c.update_log_settings({"log_verbose_level": 9}, headers=h),
    "trace settings": lambda c, h: c.get_trace_settings(headers=h),
    "change trace settings": lambda c, h: c.update_trace_settings(settings={"trace_level": ["TENSORS"]}, headers=h),
    "repository index": lambda c, h: c.get_model_repository_index(headers=h),
    "load": lambda c, h: c.load_model("ensemble_model", headers=h),
    "unload": lambda c, h: c.unload_model("ensemble_model", headers=h),
}
GUESSES = ["", "admin", "$(POD_UID)"]


@pytest.mark.parametrize(("method", "path"), CLOSED_HTTP)
def test_closed_over_http(server: Triton, method: str, path: str) -> None:
    header = product_flags()[1]
    for headers in [{}, *({header: guess} for guess in GUESSES)]:
        status, answer = get(server, path, headers) if method == "GET" else post(server, path, {}, headers)
        assert status == 403, answer


@pytest.mark.parametrize("name", CLOSED_GRPC)
def test_closed_over_grpc(server: Triton, name: str) -> None:
    header = f"triton-grpc-protocol-{product_flags()[1]}"
    with grpc.InferenceServerClient(server.grpc) as client:
        for headers in [{}, *({header: guess} for guess in GUESSES)]:
            with pytest.raises(InferenceServerException, match="restricted"):
                CLOSED_GRPC[name](client, headers)


def test_the_pods_own_key_opens_them_but_loads_nothing(server: Triton) -> None:
    header = product_flags()[1]
    assert get(server, "/v2/logging", {header: server.pod_uid})[0] == 200
    for action in ("load", "unload"):
        status, answer = post(server, f"/v2/repository/models/model_onnx/{action}", {}, {header: server.pod_uid})
        assert status != 200
        assert "polling is enabled" in answer["error"] or "not allowed" in answer["error"], answer
    with grpc.InferenceServerClient(server.grpc) as client:
        assert client.get_log_settings(headers={f"triton-grpc-protocol-{header}": server.pod_uid})


def test_what_clients_need_is_open(server: Triton) -> None:
    for path in ("", "/health/live", "/health/ready", "/models/ensemble_model", "/models/ensemble_model/config"):
        assert get(server, f"/v2{path}")[0] == 200
    with grpc.InferenceServerClient(server.grpc) as client:
        assert client.is_server_ready()
        assert client.get_inference_statistics("ensemble_model").model_stats


def test_every_flag_is_one_that_the_server_knows() -> None:
    told = subprocess.run(
        [WHEEL / "bin" / "tritonserver", "--help"],
        env=server_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    known = told.stdout + told.stderr
    for flag in product_flags()[0]:
        assert f"{flag.partition('=')[0]} " in known.replace("\n", " "), flag
