"""The pure half of the first model."""

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from bert_serving.errors import BadRequest
from bert_serving.tokenise import Encoder, Limits, Text, texts_of, whole

VOCABULARY = {"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "[UNK]": 3, "a": 4, "b": 5, "c": 6}
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
LIMITS = Limits(text=64, request=100)


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
    arrays = Encoder(tokenizer_json(), INPUTS, max_length=16, pad_token_id=0).encode(whole(["a b", "a"]))
    assert arrays["input_ids"].tolist() == [[1, 4, 5, 2], [1, 4, 2, 0]]
    assert arrays["attention_mask"].tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert arrays["token_type_ids"].tolist() == [[0] * 4] * 2
    assert all(array.dtype == np.int64 for array in arrays.values())


def test_fills_only_what_the_graph_reads_with_the_models_own_padding() -> None:
    arrays = Encoder(tokenizer_json(), ["attention_mask", "input_ids"], max_length=16, pad_token_id=9).encode(
        whole(["a b", "a"])
    )
    assert list(arrays) == ["attention_mask", "input_ids"]
    assert arrays["input_ids"][1, 3] == 9


@pytest.mark.parametrize(("side", "kept"), [("right", [1, 4, 5, 2]), ("left", [1, 5, 6, 2])])
def test_truncates_on_the_tokenizers_own_side(side: str, kept: list[int]) -> None:
    arrays = Encoder(tokenizer_json(side), INPUTS, max_length=4, pad_token_id=0).encode(whole(["a b c"]))
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
        texts_of(values, "text_input", LIMITS)
    assert str(refused.value) == says
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_no_more_than_its_limit_is_read_of_a_text() -> None:
    exactly, over, mark, blank = b"a" * 64, b"b" * 65, b"c" * 63 + "\u20ac".encode(), b" " * 65
    assert texts_of([exactly], "t", LIMITS) == [Text("a" * 64, True, "t[0]")]
    assert texts_of([b"x", over], "t", LIMITS)[1] == Text("b" * 64, False, "t[1]")
    assert texts_of([mark], "t", LIMITS) == [Text("c" * 63, False, "t[0]")]
    assert texts_of([blank], "t", LIMITS) == [Text(" " * 64, False, "t[0]")]


def test_a_request_that_is_too_large_is_refused_with_both_numbers() -> None:
    with pytest.raises(BadRequest, match=r"^t has 101 bytes; a request may have 100$"):
        texts_of([b"a" * 51, b"b" * 50], "t", LIMITS)


def test_a_text_over_the_limit_is_cut_where_its_tokens_stay_the_same_or_refused() -> None:
    encoder = Encoder(tokenizer_json(), INPUTS, max_length=4, pad_token_id=0)
    assert encoder.rows([Text("a b " * 16, False, "t[0]")])[0]["input_ids"] == [1, 4, 5, 2]
    for text in ("a" * 64, " " * 64, "a" + " " * 63, "a " + "." * 62):
        with pytest.raises(BadRequest, match=r"^t\[0\] is too long: no more than its first 64 bytes are read"):
            encoder.rows([Text(text, False, "t[0]")])


def test_what_is_tokenised_in_a_moment() -> None:
    encoder = Encoder(tokenizer_json(), INPUTS, max_length=512, pad_token_id=0)
    assert encoder.is_quick(whole(["a" * 512] * 16))
    assert not encoder.is_quick(whole(["a" * 512] * 17))
    assert not encoder.is_quick(whole(["a" * 4097]))
    assert not encoder.is_quick([Text("a", False, "t[0]")])


def test_a_panic_of_the_tokenizer_is_an_error_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """tokenizers 0.22 to 0.23: an added token that its own normalizer deletes (huggingface/tokenizers, issue 1349)."""

    class Panic(BaseException):
        pass

    class Panicking:
        def encode_batch(self, _: list[str]) -> None:
            raise Panic

    encoder = Encoder(tokenizer_json(), INPUTS, max_length=4, pad_token_id=0)
    monkeypatch.setattr(encoder, "_tokenizer", Panicking())
    with pytest.raises(RuntimeError, match="panicked"):
        encoder.rows(whole(["a"]))
