"""The pure halves of the first and the last model."""

import json

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from bert_serving.answer import answer
from bert_serving.errors import BadRequest
from bert_serving.tokenise import Encoder, texts_of

VOCABULARY = {"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "[UNK]": 3, "a": 4, "b": 5, "c": 6}
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


def tokenizer_json(side: str = "right") -> str:
    tokenizer = Tokenizer(models.WordLevel(VOCABULARY, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.enable_padding(length=64)
    tokenizer.enable_truncation(32, direction=side)
    return tokenizer.to_str()


def test_pads_to_the_longest_text_of_the_request_and_no_further() -> None:
    arrays = Encoder(tokenizer_json(), INPUTS, max_length=16, pad_token_id=0).encode(["a b", "a"])
    assert arrays["input_ids"].tolist() == [[1, 4, 5, 2], [1, 4, 2, 0]]
    assert arrays["attention_mask"].tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert arrays["token_type_ids"].tolist() == [[0] * 4] * 2
    assert all(array.dtype == np.int64 for array in arrays.values())


def test_fills_only_what_the_graph_reads_with_the_models_own_padding() -> None:
    arrays = Encoder(tokenizer_json(), ["attention_mask", "input_ids"], max_length=16, pad_token_id=9).encode(
        ["a b", "a"]
    )
    assert list(arrays) == ["attention_mask", "input_ids"]
    assert arrays["input_ids"][1, 3] == 9


@pytest.mark.parametrize(("side", "kept"), [("right", [1, 4, 5, 2]), ("left", [1, 5, 6, 2])])
def test_truncates_on_the_tokenizers_own_side(side: str, kept: list[int]) -> None:
    arrays = Encoder(tokenizer_json(side), INPUTS, max_length=4, pad_token_id=0).encode(["a b c"])
    assert arrays["input_ids"].tolist() == [kept]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([b"a", b""], "text_input[1] is empty"),
        ([b" \n\t"], "text_input[0] is empty"),
        (["\u00a0\u3000".encode()], "text_input[0] is empty"),
        ([b"a", b"b", b"secret \xff"], "text_input[2] is not UTF-8 at byte 7"),
        (["\u20ac".encode()[:2]], "text_input[0] is not UTF-8 at byte 0"),
    ],
)
def test_a_text_is_refused_by_its_place(values: list[bytes], says: str) -> None:
    with pytest.raises(BadRequest) as refused:
        texts_of(values, "text_input")
    assert str(refused.value) == says
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_softmax_sigmoid_and_regression() -> None:
    logits = np.array([[0, np.log(3)], [1000, -1000]], dtype=np.float32)
    labels, scores = answer(logits, ["n", "p"], "softmax")
    assert labels == ["p", "n"]
    assert scores == pytest.approx([0.75, 1.0])
    assert scores.dtype == np.float32
    labels, scores = answer(np.array([[-1000.0], [0.0]], dtype=np.float32), ["spam"], "sigmoid")
    assert labels == ["spam", "spam"]
    assert scores == pytest.approx([0.0, 0.5])
    json.dumps(scores.tolist())
    labels, scores = answer(np.array([[-3.5], [4.2]], dtype=np.float32), ["stars"], "none")
    assert labels == ["stars", "stars"]
    assert scores == pytest.approx([-3.5, 4.2])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_no_answer_from_logits_that_are_no_numbers(bad: float) -> None:
    with pytest.raises(ArithmeticError):
        answer(np.array([[0, bad]], dtype=np.float32), ["a", "b"], "softmax")
