"""Promise: clients of the template that this project replaces work unchanged."""

import numpy as np
import pytest

from ask import infer_grpc, infer_http, labels, post
from triton import Triton


def test_the_templates_own_call_by_plain_http(either_server: Triton) -> None:
    body = {"inputs": [{"name": "text_input", "shape": [1, 1], "datatype": "BYTES", "data": ["помогите мне"]}]}
    status, answer = post(either_server, "/v2/models/ensemble_model/infer", body)
    assert status == 200
    outputs = {output["name"]: output for output in answer["outputs"]}
    assert outputs["predicts"] == {"name": "predicts", "datatype": "BYTES", "shape": [1], "data": ["distress"]}
    assert outputs["scores"]["datatype"] == "FP32"
    assert outputs["scores"]["shape"] == [1]
    assert 0.5 < outputs["scores"]["data"][0] <= 1


@pytest.mark.parametrize("infer", [infer_http, infer_grpc])
def test_as_numpy_predicts(either_server: Triton, infer: object) -> None:
    assert callable(infer)
    result = infer(either_server, ["помогите мне", "I love it, great!"])
    predicts, scores = result.as_numpy("predicts"), result.as_numpy("scores")
    assert predicts.shape == scores.shape == (2,)
    assert [label.decode() for label in predicts] == ["distress", "joy"]
    assert scores.dtype == np.float32


def test_another_name_labels_and_activation(either_other_server: Triton) -> None:
    result = infer_grpc(either_other_server, ["мне страшно", "спасибо 😀"])
    assert labels(result) == ["тревога", "радость"]
    assert post(either_other_server, "/v2/models/ensemble_model/infer", {"inputs": []})[0] == 404


def test_request_parameters_and_ids_change_nothing(either_server: Triton) -> None:
    plain = infer_http(either_server, ["I love it"])
    told = infer_http(
        either_server, ["I love it"], request_id="a-1", parameters={"max_length": "3", "temperature": "0"}
    )
    assert labels(told) == labels(plain)
    assert told.as_numpy("scores")[0] == plain.as_numpy("scores")[0]
    assert told.get_response()["id"] == "a-1"


def test_only_the_output_that_was_asked_for(either_server: Triton) -> None:
    body = {
        "inputs": [{"name": "text_input", "shape": [1, 1], "datatype": "BYTES", "data": ["great"]}],
        "outputs": [{"name": "predicts"}],
    }
    _, answer = post(either_server, "/v2/models/ensemble_model/infer", body)
    assert [output["name"] for output in answer["outputs"]] == ["predicts"]
