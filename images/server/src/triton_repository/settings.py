"""What the python models are told beside their config: settings.json, one for each. In: Serving and Contract."""

from __future__ import annotations

from typing import Any

from triton_repository.contract import Contract
from triton_repository.spec import Serving

# What a run costs in the model behind, by device, where nobody says it: Triton allows no call between models while a
# server starts, so it can't be measured there. cpu: as onnxruntime had it in-process, for a graph that computes padding
# (docs/performance.md). gpu: an estimate; a run hardly gets slower until it fills the GPU.
COSTS_BEHIND = {"cpu": {"call": 32, "tokens": 512}, "gpu": {"call": 1024, "tokens": 8192}}


def preprocessing_settings(serving: Serving, contract: Contract) -> dict[str, Any]:
    """`gate`: where the model behind has no bound of its own."""
    gate = {"public": serving.api_name, **_waiting(serving)}
    return {**_reading(serving, contract), "gate": None if serving.onnx_backend == "python" else gate}


def inference_settings(serving: Serving, contract: Contract) -> dict[str, Any]:
    """Each input comes with the value that pads it."""
    return {
        "inputs": {name: serving.pad_token_id if name == "input_ids" else 0 for name in serving.inputs},
        "logits": contract.logits_name,
        "maxLength": serving.max_length,
        "instances": serving.instances,
        "runCosts": serving.run_costs,
        **_waiting(serving),
    }


def postprocessing_settings(serving: Serving, contract: Contract) -> dict[str, Any]:
    return {
        "logits": contract.logits_name,
        "task": serving.task.name,
        "decision": serving.task.decision,
        "outputs": {called: output.name for called, output in serving.task.outputs.items()},
        "labels": list(serving.labels),
        "activation": serving.activation,
    }


def fused_settings(serving: Serving, contract: Contract) -> dict[str, Any]:
    """`behind`: where the graph runs in a model of its own, its name, and how many calls it is given at once: one more
    than run there, so that none of them waits for the next. A call is no larger than that model's batch."""
    both = {**_reading(serving, contract), **_waiting(serving), **postprocessing_settings(serving, contract)}
    if serving.onnx_backend == "python":
        return {**both, "behind": None, "runCosts": serving.run_costs}
    behind = {"model": contract.inference, "runners": serving.instances + 1}
    costs = serving.run_costs or COSTS_BEHIND[serving.device]
    return {**both, "behind": behind, "runCosts": {**costs, "texts": serving.max_batch_size}}


def _reading(serving: Serving, contract: Contract) -> dict[str, Any]:
    return {
        "text": contract.text.name,
        "inputs": list(serving.inputs),
        "maxLength": serving.max_length,
        "padTokenId": serving.pad_token_id,
        "limits": {"text": serving.limits.text_bytes, "request": serving.limits.request_bytes},
    }


def _waiting(serving: Serving) -> dict[str, Any]:
    return {"waitSeconds": serving.limits.wait_seconds, "waitingRequests": serving.limits.waiting_requests}
