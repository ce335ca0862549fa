"""A spec and a model that fit each other, and where what they are tried on lies."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bert_tasks.proof import Proof, answered
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


# Texts of a proof, each with its logits: the second label leads by much, by little, the first by less than the gate.
LOGITS = {"мне страшно": [-1.1, 2.0], "hm": [0.5, 1.0], "a table": [0.0004, 0.0]}


def proof(task: str = "textClassification", activation: str = "softmax") -> Proof:
    """As the exporter writes it of the model above."""
    logits = np.array(list(LOGITS.values()), dtype=np.float32)
    labels = list(MODEL["labels"])
    said = answered(task, activation, labels, logits)
    return Proof(1e-3, task, activation, labels, list(LOGITS), [[0, 7, 8, 2], [0, 9, 2], [0, 5, 6, 2]], logits, said)
