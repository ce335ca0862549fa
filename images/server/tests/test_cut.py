"""Promise: where a text is cut before it is tokenised, its tokens are the first of the whole text's; of what is not
known to be so nothing is cut. Held over the kinds of tokenizers that BERT's family has, and texts that are hard on
them."""

import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from bert_serving.cut import Cutter
from bert_serving.tokenise import Encoder, Text

SPECIAL = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
SENTENCES = [
    "The quick brown fox jumps over the lazy dog, doesn't it? It's 42 degrees; they've gone.",
    "Съешь же ещё этих мягких французских булок, да выпей чаю 12345.",
    "我爱北京天安门，天安门上太阳升。 abc 你好",
    "déjà vu, naïve café; Straße ΟΔΟΣ İstanbul ﬁne ①② ｆｕｌｌ",
    "السلام عليكم می‌خواهم",
    "นี่คือข้อความ हिन्दी में पाठ 😀👩‍👩‍👧 #hash @user http://x.y/z?a=b",
]
# What stands between words, and what makes a word odd.
GAPS = [
    " ",
    " ",
    " ",
    " ",
    "  ",
    "   ",
    "\n",
    " \n ",
    "\t",
    "",
    ", ",
    ". ",
    "\u00a0",
    "\u3000",
    " \u0301",
    "\u200d",
    " - ",
]
ODD = [
    "<x>",
    "[MASK]",
    "'s",
    "'",
    "\u0301",
    "a\u0301",
    "\u0600",
    "\u0d4e",
    "a" * 120,
    "...",
    "²",
    "𝔸",
    "é",
    "ß",
    "Σ",
    "\x00",
    "✓",
]


def _trained(tokenizer: Any, trainer: Any) -> Any:
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.train_from_iterator(SENTENCES * 5, trainer)
    tokenizer.add_special_tokens([AddedToken("[MASK]", lstrip=True), AddedToken("<x>", rstrip=True)])
    tokenizer.add_tokens([AddedToken("fox", single_word=True), AddedToken("gone", normalized=True)])
    return tokenizer


def _wordpiece(normalizer: Any, splitter: Any) -> Any:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, splitter
    return _trained(tokenizer, trainers.WordPieceTrainer(vocab_size=300, special_tokens=SPECIAL, show_progress=False))


def _bpe(normalizer: Any, splitter: Any) -> Any:
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, splitter
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return _trained(
        tokenizer,
        trainers.BpeTrainer(vocab_size=500, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False),
    )


def _unigram(normalizer: Any, splitter: Any) -> Any:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, splitter
    trainer = trainers.UnigramTrainer(vocab_size=300, special_tokens=SPECIAL, unk_token="[UNK]", show_progress=False)
    return _trained(tokenizer, trainer)


RUNS = normalizers.Replace(Regex(" {2,}"), " ")
KINDS: dict[str, Callable[[], Any]] = {
    "BERT, uncased": lambda: _wordpiece(normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()),
    "BERT, cased": lambda: _wordpiece(normalizers.BertNormalizer(lowercase=False), pre_tokenizers.BertPreTokenizer()),
    "WordPiece of other parts": lambda: _wordpiece(
        normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()]),
        pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)]),
    ),
    "RoBERTa": lambda: _bpe(None, pre_tokenizers.ByteLevel(add_prefix_space=False)),
    "ModernBERT": lambda: _bpe(normalizers.NFC(), pre_tokenizers.ByteLevel(add_prefix_space=True)),
    "XLM-RoBERTa": lambda: _unigram(
        normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), RUNS]),
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]),
    ),
    "DeBERTa-v2": lambda: _unigram(
        normalizers.Sequence([normalizers.Strip(), normalizers.NFKC()]),
        pre_tokenizers.Sequence([pre_tokenizers.Punctuation(), pre_tokenizers.Metaspace(prepend_scheme="first")]),
    ),
}
# Tokenizers of which nothing is known, or which are known to look further than a space.
WHOLE: dict[str, Callable[[], Any]] = {
    "pieces across words": lambda: _unigram(normalizers.NFKC(), pre_tokenizers.Metaspace(split=False)),
    "no splitter": lambda: _wordpiece(normalizers.BertNormalizer(), None),
    "a regular expression of its own": lambda: _bpe(None, pre_tokenizers.Split(Regex("a b"), "isolated")),
    "no regular expression": lambda: _bpe(None, pre_tokenizers.ByteLevel(use_regex=False)),
    "a normalizer that joins words": lambda: _wordpiece(
        normalizers.Replace(Regex("a +b"), "ab"), pre_tokenizers.BertPreTokenizer()
    ),
}


@cache
def tokenizer(kind: str) -> Any:
    return (KINDS | WHOLE)[kind]()


def cutter(kind: str) -> Cutter:
    return Cutter(json.loads(tokenizer(kind).to_str()))


def a_text(chance: random.Random) -> str:
    words = " ".join(chance.choices(SENTENCES, k=2)).split()
    parts = [
        chance.choice(ODD) if chance.random() < 0.15 else chance.choice(words) for _ in range(chance.randint(1, 40))
    ]
    return "".join(part + chance.choice(GAPS) for part in parts)


@pytest.mark.parametrize("kind", KINDS)
def test_the_tokens_before_a_cut_are_those_of_the_whole_text(kind: str) -> None:
    chance, cut, found = random.Random(kind), cutter(kind), 0
    for _ in range(2500):
        text = a_text(chance)
        place = cut.last(text, chance.randint(1, len(text)))
        if place == 0:
            continue
        found += 1
        whole = tokenizer(kind).encode(text, add_special_tokens=False).ids
        before = tokenizer(kind).encode(text[:place], add_special_tokens=False).ids
        assert before == whole[: len(before)], (text, place)
    assert found > 1200


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_text_has_the_tokens_of_the_whole(kind: str) -> None:
    chance = random.Random(kind)
    original = Tokenizer.from_str(tokenizer(kind).to_str())
    template = {"single": "[CLS] $A [SEP]", "special_tokens": [("[CLS]", 1), ("[SEP]", 2)]}
    original.post_processor = processors.TemplateProcessing(**template)
    encoder = Encoder(original.to_str(), ["input_ids"], max_length=16, pad_token_id=0)
    original.enable_truncation(16)
    for _ in range(300):
        text = "".join(a_text(chance) for _ in range(chance.randint(1, 12)))
        rows = encoder.rows([Text(text, True, "t[0]"), Text(text + " " + text, True, "t[1]")])
        assert rows[0]["input_ids"] == original.encode(text).ids
        assert rows[1]["input_ids"] == original.encode(text + " " + text).ids


@pytest.mark.parametrize("kind", WHOLE)
def test_other_tokenizers_get_texts_whole(kind: str) -> None:
    text = "the quick brown fox " * 50
    assert cutter(kind).last(text, 500) == 0


def test_an_added_token_with_a_space_may_lie_across_any_cut() -> None:
    with_space = Tokenizer.from_str(tokenizer("BERT, uncased").to_str())
    text = "the quick brown fox " * 50
    assert Cutter(json.loads(with_space.to_str())).last(text, 500) > 400
    with_space.add_tokens(["quick brown"])
    assert Cutter(json.loads(with_space.to_str())).last(text, 500) == 0


def test_bert_cuts_between_ideographs() -> None:
    text = "\u5929\u5b89\u95e8" * 50
    assert cutter("BERT, uncased").last(text, 100) == 100
    assert cutter("XLM-RoBERTa").last(text, 100) == 0


def test_a_tokenizer_that_cuts_on_the_left_gets_texts_whole() -> None:
    left = Tokenizer.from_str(tokenizer("BERT, uncased").to_str())
    left.enable_truncation(8, direction="left")
    encoder = Encoder(left.to_str(), ["input_ids"], max_length=8, pad_token_id=0)
    text = "the quick brown fox " * 50 + "dog"
    assert encoder.rows([Text(text, True, "t[0]")])[0]["input_ids"] == left.encode(text).ids
