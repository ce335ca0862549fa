"""A spec and a model that fit each other, and where what they are tried on lies."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from triton_repository.spec import Serving

TEMPLATES = Path(__file__).parents[3] / "model_repository_templates"
SOURCES = Path(__file__).parents[1] / "src"
TASKS = Path(__file__).parents[2] / "shared" / "bert_tasks"
# The fixture `read`: the spec below with some fields changed, held against the model below.
Read = Callable[..., Serving]

SPEC: dict[str, Any] = {
    "apiName": "sentiment",
    "maxBatchSize": 16,
    "maxLength": None,
    "instances": 2,
    "onnxBackend": "python",
    "device": "cpu",
    "gpuCount": 1,
    "task": {"textClassification": {}},
    "labels": None,
    "examples": [{"text": "помогите", "predicts": "distress", "minScore": 0.9}],
    "limits": {"textBytes": 65536, "requestBytes": 1048576, "waitSeconds": 10, "waitingRequests": 1000},
}
MODEL: dict[str, Any] = {
    "inputs": ["input_ids", "attention_mask"],
    "labels": ["neutral", "distress"],
    "maxLength": 512,
    "padTokenId": 1,
    "task": "textClassification",
    "activation": "softmax",
    "source": {"model": "a", "tokenizer": "b"},
}
# The changes of both that make them fit for several labels: `read(**MULTI_LABEL, model=OF_MULTI_LABEL)`.
MULTI_LABEL: dict[str, Any] = {
    "task": {"multiLabelClassification": {}},
    "examples": [{"text": "помогите", "labels": ["distress"], "minScore": 0.9}],
}
OF_MULTI_LABEL: dict[str, Any] = {"task": "multiLabelClassification", "activation": "sigmoid"}
