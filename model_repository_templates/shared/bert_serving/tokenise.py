"""Texts to the graph's inputs. In: the bytes of a request, tokenizer.json, how much of a text is read. Out: int64
arrays [texts, tokens].

A text that is too long is cut to `max_length` tokens, special tokens included, on the side that tokenizer.json says. As
much as it takes is tokenised, and no more: tokenising costs by the byte, truncation comes after it."""

from __future__ import annotations

import codecs
import json
from typing import Any, NamedTuple, Sequence

from tokenizers import Tokenizer

from bert_serving.cut import Cutter
from bert_serving.errors import BadRequest
from bert_serving.rows import IntArray, Row, join

# Characters for each token that are tokenised at first: English has 4 to 5.
FIRST_CHARACTERS = 8
# Where those were too few, this times as many.
MORE = 4
# Of all texts of a request: about 5 ms.
QUICK_CHARACTERS = 8192


class Limits(NamedTuple):
    """How many bytes are read: of a text, and of all texts of a request."""

    text: int
    request: int


class Text(NamedTuple):
    characters: str
    # Whether that is all of it; there is more than may be read otherwise.
    whole: bool
    # For messages.
    place: str


def whole(texts: Sequence[str]) -> list[Text]:
    """Texts that come from no client, and are read whatever they are."""
    return [Text(text, True, "") for text in texts]


def texts_of(values: Sequence[Any], tensor: str, limits: Limits) -> list[Text]:
    """The texts of a BYTES tensor. Raises BadRequest for one that is empty or no UTF-8, naming `tensor[position]`, and
    for more than a request may have."""
    size = sum(map(len, values))
    if size > limits.request:
        raise BadRequest(f"{tensor} has {size} bytes; a request may have {limits.request}")
    return [_text(value, f"{tensor}[{position}]", limits.text) for position, value in enumerate(values)]


def _text(value: Any, place: str, limit: int) -> Text:
    data = value if isinstance(value, bytes) else str(value).encode()
    whole = len(data) <= limit
    try:
        # Not final: a character at the limit may be cut in two.
        text = data.decode() if whole else codecs.getincrementaldecoder("utf-8")().decode(data[:limit])
    except UnicodeDecodeError as problem:
        # "from None": the original error carries the bytes, and a traceback would show them.
        raise BadRequest(f"{place} is not UTF-8 at byte {problem.start}") from None
    if whole and not text.strip():
        raise BadRequest(f"{place} is empty")
    return Text(text, whole, place)


class Encoder:
    """A tokenizer that fills the named inputs of a graph: `input_ids`, `attention_mask`, `token_type_ids`."""

    def __init__(self, tokenizer_json: str, inputs: Sequence[str], max_length: int, pad_token_id: int) -> None:
        self._tokenizer = Tokenizer.from_str(tokenizer_json)
        # What pads each input; 0 in the attention mask is what makes padding unheard.
        self.fillers = {name: pad_token_id if name == "input_ids" else 0 for name in inputs}
        side = (self._tokenizer.truncation or {}).get("direction", "right")
        self._tokenizer.enable_truncation(max_length, direction=side)
        # tokenizer.json may carry padding to a fixed length; each short text would cost as much as a long one.
        self._tokenizer.no_padding()
        # Cut on the left, a text is known by its end, which no cut before tokenising leaves as it is.
        self._cutter = Cutter(json.loads(tokenizer_json) if side == "right" else {})
        self._first = FIRST_CHARACTERS * max_length

    def encode(self, texts: Sequence[Text]) -> dict[str, IntArray]:
        """Padded on the right to the longest of `texts`."""
        return join(self.rows(texts), self.fillers)

    def rows(self, texts: Sequence[Text]) -> list[Row]:
        """Each text by itself. Raises BadRequest for one that is longer than may be read, and can't be cut."""
        if self._are_short(texts):
            return [self._row(encoding) for encoding in self._encoded([text.characters for text in texts])]
        # One by one: what long texts need of memory is given back in between.
        return [self._row(self._first_tokens(text)) for text in texts]

    def is_quick(self, texts: Sequence[Text]) -> bool:
        """Whether all of them are tokenised in a moment, a few milliseconds at most."""
        return self._are_short(texts) and sum(len(text.characters) for text in texts) <= QUICK_CHARACTERS

    def _are_short(self, texts: Sequence[Text]) -> bool:
        return all(text.whole and len(text.characters) <= self._first for text in texts)

    def _first_tokens(self, text: Text) -> Any:
        """As many as the model reads, of as little of the text as it takes."""
        characters, end = text.characters, self._first
        while end < len(characters):
            place = self._cutter.last(characters, end)
            if place > 0:
                encoding = self._encoded([characters[:place]])[0]
                if encoding.overflowing:
                    return encoding
            end *= MORE
        if text.whole:
            return self._encoded([characters])[0]
        place = self._cutter.last(characters, len(characters))
        encoding = self._encoded([characters[:place]])[0]
        if place > 0 and encoding.overflowing:
            return encoding
        raise BadRequest(
            f"{text.place} is too long: no more than its first {len(characters.encode())} bytes are read, "
            "and it can't be cut there without changing its tokens"
        )

    def _encoded(self, texts: Sequence[str]) -> list[Any]:
        try:
            encodings: list[Any] = self._tokenizer.encode_batch(list(texts))
        except BaseException as problem:
            # A panic of the tokenizer's Rust code is no Exception: it would leave `execute`, and take all requests
            # along.
            if isinstance(problem, (Exception, KeyboardInterrupt, SystemExit)):
                raise
            raise RuntimeError("the tokenizer panicked") from None
        return encodings

    def _row(self, encoding: Any) -> Row:
        columns = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        return {name: columns[name] for name in self.fillers}
