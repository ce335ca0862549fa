"""Promise: what autoscaling and alerts read is there, for the models that queue."""

import urllib.request

from ask import infer_http
from triton import Triton


def test_queueing_and_counts_by_model(server: Triton) -> None:
    infer_http(server, ["love"])
    with urllib.request.urlopen(f"http://127.0.0.1:{server.ports['metrics']}/metrics", timeout=10) as response:
        metrics = response.read().decode()
    for model in ("text_preprocessing", "model_onnx", "post_processing"):
        for name in ("nv_inference_pending_request_count", "nv_inference_queue_duration_us", "nv_inference_count"):
            assert f'{name}{{model="{model}",version="1"}}' in metrics
    assert 'nv_inference_request_success{model="ensemble_model",version="1"}' in metrics
