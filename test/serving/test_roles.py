"""Promise: each role can be called by itself, and is as careful then."""

from typing import Any

import numpy as np
import pytest
import tritonclient.http as http
from tritonclient.utils import InferenceServerException

from classifier import MAX_LENGTH
from triton import Triton

FEED = ["input_ids", "attention_mask", "token_type_ids"]


def call(server: Triton, model: str, **arrays: Any) -> Any:
    types = {"i": "INT64", "f": "FP32", "O": "BYTES"}
    inputs = []
    for name, array in arrays.items():
        tensor = http.InferInput(name, list(array.shape), types[array.dtype.kind])
        tensor.set_data_from_numpy(array)
        inputs.append(tensor)
    with http.InferenceServerClient(server.http) as client:
        return client.infer(model, inputs)


def test_the_three_roles_in_a_row_answer_as_the_public_model(server: Triton) -> None:
    texts = np.array([["помогите мне".encode()], [b"love"]], dtype=object)
    tokens = call(server, "text_preprocessing", text_input=texts)
    feed = {name: tokens.as_numpy(name) for name in FEED}
    assert feed["attention_mask"].tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert feed["input_ids"][1, 3] == 0
    logits = call(server, "model_onnx", **feed).as_numpy("logits")
    assert logits.shape == (2, 3)
    answer = call(server, "post_processing", logits=logits)
    whole = call(server, "ensemble_model", text_input=texts)
    assert answer.as_numpy("predicts").tolist() == whole.as_numpy("predicts").tolist() == [b"distress", b"joy"]
    np.testing.assert_allclose(answer.as_numpy("scores"), whole.as_numpy("scores"), atol=1e-6)


def test_the_graph_refuses_what_it_cannot_read(server: Triton) -> None:
    good = {name: np.ones((1, 4), dtype=np.int64) for name in FEED}
    with pytest.raises(InferenceServerException, match="the same shape"):
        call(server, "model_onnx", **{**good, "attention_mask": np.ones((1, 3), dtype=np.int64)})
    with pytest.raises(InferenceServerException, match="the graph refuses these inputs"):
        call(server, "model_onnx", **{**good, "input_ids": np.full((1, 4), 10**6)})
    with pytest.raises(InferenceServerException, match="must not be empty"):
        call(server, "model_onnx", **{name: np.ones((1, 0), dtype=np.int64) for name in FEED})
    with pytest.raises(InferenceServerException, match=f"have {MAX_LENGTH + 1} tokens a text; at most {MAX_LENGTH}"):
        call(server, "model_onnx", **{name: np.ones((1, MAX_LENGTH + 1), dtype=np.int64) for name in FEED})
    assert call(server, "model_onnx", **{**good, "token_type_ids": np.zeros((1, 4), dtype=np.int64)})


def test_logits_that_are_no_numbers_are_no_answer(server: Triton) -> None:
    with pytest.raises(InferenceServerException, match="internal error"):
        call(server, "post_processing", logits=np.array([[0, np.nan, 1]], dtype=np.float32))
    with pytest.raises(InferenceServerException, match="unexpected shape"):
        call(server, "post_processing", logits=np.zeros((1, 4), dtype=np.float32))
