"""tokenizer.json for any family, and the proof that it is the original tokenizer.

Serving uses the `tokenizers` library alone, so what transformers adds around it (options of tokenizer_config.json,
vocabularies without a tokenizer.json) must end up in the one file. In: the folder of a tokenizer. Out: a Tokenizers
pair: the original, and the one to ship, with padding off and truncation unset, since serving sets both per batch.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bert_exporter.accents import repair_accents
from bert_exporter.checkpoint import CONFIG
from bert_exporter.errors import TokenizerError, TokenizerMismatch, VocabularyTooLarge
from bert_exporter.texts import TEXTS, long_texts
from bert_exporter.tokenizer_options import with_options

_SAVED_WHOLE = "the files that save_pretrained() of the tokenizer writes, tokenizer_config.json among them"
# Of added tokens that are wrong.
_SHOWN = 4
# Special tokens and a word; serving takes no less.
_SHORTEST = 4


@dataclass(frozen=True)
class Tokenizers:
    """Attributes:
    original: the tokenizer as transformers uses it.
    shipped: the `tokenizers.Tokenizer` that is written to tokenizer.json.
    """

    original: Any
    shipped: Any


def load_tokenizers(folder: Path, name: str, model_config: Any) -> Tokenizers:
    """Loads the original and makes the one to ship.

    Args:
        folder: tokenizer.json or vocabulary files.
        name: how the source is called in messages.
        model_config: says the family when the folder has no config.json of its own.
    Raises:
        TokenizerError: when it cannot be loaded or exists as Python code only.
    """
    from tokenizers import Tokenizer
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    config = None if (folder / CONFIG).is_file() else model_config
    loaded = _load(AutoTokenizer, folder, name, config)
    if not loaded.is_fast:
        raise TokenizerError(
            f"{type(loaded).__name__} exists only as Python code; it cannot be written as tokenizer.json",
            where=name,
            remedy="a tokenizer with a fast form (most BERT, RoBERTa, XLM-R, ALBERT, ELECTRA, DeBERTa ones have it)",
        )
    made = Tokenizer.from_str(loaded.backend_tokenizer.to_str())
    if (folder / "tokenizer.json").is_file():
        saved = _load(PreTrainedTokenizerFast, folder, name, config).backend_tokenizer
        shipped = with_options(Tokenizer.from_str(saved.to_str()), made)
    else:
        shipped = repair_accents(made)
    shipped.no_padding()
    shipped.no_truncation()
    _check_added_tokens(shipped, name)
    try:
        # A letter that no vocabulary has (a hieroglyph): it needs the unknown token.
        shipped.encode("\U00013000")
    except Exception as problem:
        raise TokenizerError(f"cannot encode a text: {problem}", where=name, remedy=_SAVED_WHOLE) from problem
    original = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(shipped.to_str()),
        pad_token=loaded.pad_token,
        model_max_length=loaded.model_max_length,
        truncation_side=loaded.truncation_side,
    )
    return Tokenizers(original=original, shipped=shipped)


def _check_added_tokens(shipped: Any, name: str) -> None:
    """Before anything is encoded: looking for a token of no characters, the `tokenizers` library panics at some texts,
    gives other ids for some, and at others takes memory without end (0.23; huggingface/tokenizers#1349)."""
    if shipped.normalizer is None:
        return
    tokens = sorted(shipped.get_added_tokens_decoder().items())
    # As escapes, for most of them can't be seen.
    gone = [
        f"{token.content!a} (id {index})"
        for index, token in tokens
        if token.normalized and token.content and not shipped.normalizer.normalize_str(token.content)
    ]
    if gone:
        raise TokenizerError(
            f"its normalizer leaves nothing of the added token {', '.join(gone[:_SHOWN])}"
            f"{', …' if gone[_SHOWN:] else ''}, which no text can be searched for",
            where=name,
            remedy='take it out of the added tokens, or give it "normalized": false, with which it is found in a text '
            "as it comes",
        )


def warnings_of(shipped: Any) -> list[str]:
    """What is odd about a tokenizer, and may be meant."""
    if shipped.num_special_tokens_to_add(is_pair=False) > 0:
        return []
    return [
        "the tokenizer puts no special token ([CLS], <s>, …) around a text, and most classifiers read their answer off "
        "the first; if the model was trained otherwise, give a tokenizer.json with its post_processor"
    ]


def _load(kind: Any, folder: Path, name: str, config: Any) -> Any:
    try:
        return kind.from_pretrained(folder, config=config, trust_remote_code=False, local_files_only=True)
    except Exception as problem:
        text = str(problem).strip()
        # Without a config of its own, the files are taken for those of the model's family.
        family = "" if config is None else f" as the tokenizer of {config.model_type!r}"
        raise TokenizerError(
            f"cannot be loaded{family}: {type(problem).__name__}: {text.splitlines()[0] if text else ''}",
            where=name,
            remedy=_SAVED_WHOLE,
        ) from problem


def text_limit(original: Any, name: str) -> int:
    """Tokens at which the original tokenizer truncates: its model_max_length, or a very large number without one.

    Raises:
        TokenizerError: when no text fits between the special tokens.
    """
    limit = int(original.model_max_length)
    if limit < _SHORTEST:
        raise TokenizerError(
            f"model_max_length is {limit}",
            where=name,
            remedy=f"at least {_SHORTEST} tokens in tokenizer_config.json, or no model_max_length there",
        )
    return limit


def check_vocabulary(shipped: Any, embedding_rows: int, name: str) -> None:
    """Refuses a tokenizer that can give an id for which the model has no embedding.

    Raises:
        VocabularyTooLarge: naming the highest id and the first token beyond the limit.
    """
    vocabulary: dict[str, int] = shipped.get_vocab(with_added_tokens=True)
    token, highest = max(vocabulary.items(), key=lambda entry: entry[1])
    if highest >= embedding_rows:
        raise VocabularyTooLarge(
            f"gives ids up to {highest} ({token!r}), but the model's embedding has {embedding_rows} rows "
            f"(ids 0 to {embedding_rows - 1})",
            where=name,
            remedy="the tokenizer that the model was trained with",
        )


def prove_equal(tokenizers: Tokenizers, max_length: int, name: str) -> int:
    """Compares both tokenizers on the built-in texts, whole and truncated to max_length tokens.

    Returns:
        How many texts were compared.
    Raises:
        TokenizerMismatch: at the first text with other ids.
    """
    from tokenizers import Tokenizer

    original, shipped = tokenizers.original, tokenizers.shipped
    truncating = Tokenizer.from_str(shipped.to_str())
    truncating.enable_truncation(max_length)
    texts = (*TEXTS, *long_texts(lambda text: len(shipped.encode(text).ids), max_length))
    for text in texts:
        encoding = shipped.encode(text)
        # `verbose=False` keeps transformers from warning about the length of a text that is long on purpose.
        whole = original(text, return_token_type_ids=True, verbose=False)
        _compare(text, "ids", whole["input_ids"], encoding.ids, name)
        _compare(text, "token type ids", whole["token_type_ids"], encoding.type_ids, name)
        cut = original(text, truncation=True, max_length=max_length)["input_ids"]
        _compare(text, f"ids when truncated to {max_length} tokens", cut, truncating.encode(text).ids, name)
    return len(texts)


def _compare(text: str, what: str, expected: list[int], got: list[int], name: str) -> None:
    if expected == got:
        return
    at = next((i for i, pair in enumerate(zip(expected, got, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(expected), len(got)) if at is None else at
    raise TokenizerMismatch(
        f"tokenizer.json gives other {what} than the original for the built-in text {text[:60]!r}, from position {at}: "
        f"expected {expected[at : at + 8]} ({len(expected)} in all), got {got[at : at + 8]} ({len(got)} in all)",
        where=name,
        remedy="save the tokenizer in its fast form and compare; right-side truncation is the only one that is served",
    )
