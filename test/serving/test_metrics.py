"""Promise: what autoscaling and alerts read is there, for the models that queue."""

import re
import time
import urllib.request
from collections import Counter

import numpy as np
import pytest
from tritonclient.utils import InferenceServerException

from ask import infer_http
from test_roles import call
from triton import Triton


def test_queueing_and_counts_by_model(server: Triton) -> None:
    infer_http(server, ["love"])
    metrics = _metrics(server)
    for model in ("text_preprocessing", "model_onnx", "post_processing"):
        for name in ("nv_inference_pending_request_count", "nv_inference_queue_duration_us", "nv_inference_count"):
            assert f'{name}{{model="{model}",version="1"}}' in metrics
    assert 'nv_inference_request_success{model="ensemble_model",version="1"}' in metrics


def test_failures_are_counted_by_whose_fault_they_are(either_server: Triton) -> None:
    """Promise of the alert on failures: those of clients are not the service's."""
    before = _failures(either_server)
    for texts in ([""], ["love", " "]):
        with pytest.raises(InferenceServerException):
            infer_http(either_server, texts)
    infer_http(either_server, ["love"])
    assert _failures(either_server) == {**before, "client": before["client"] + 2}


def test_an_answer_that_is_none_is_the_servers_fault(server: Triton) -> None:
    before = _failures(server)
    with pytest.raises(InferenceServerException, match="internal error"):
        call(server, "post_processing", logits=np.array([[0, np.nan, 1]], dtype=np.float32))
    assert _failures(server) == {**before, "server": before["server"] + 1}


def _failures(server: Triton) -> dict[str, int]:
    """Over all models of the server, each of which writes what it has counted four times a second."""
    time.sleep(0.6)
    found = re.findall(r'^triton_bert_failures_total{fault="(\w+)",model="\w+"} (\d+)$', _metrics(server), re.MULTILINE)
    counts: Counter[str] = Counter()
    for fault, count in found:
        counts[fault] += int(count)
    return dict(counts)


def _metrics(server: Triton) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.ports['metrics']}/metrics", timeout=10) as response:
        return str(response.read().decode())
