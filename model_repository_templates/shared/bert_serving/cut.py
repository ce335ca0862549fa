"""Where a text can be cut before it is tokenised. Tokenising a megabyte takes half a second and 150 MB, of which a
model reads the first 512 tokens. In: tokenizer.json. Out: places where the tokens before the cut are those of the
whole text.

A tokenizer that splits at spaces gives each word its tokens whatever follows: so does WordPiece behind Bert's splitter,
byte-level BPE behind its regular expression, Unigram behind Metaspace. What a normalizer does must then be local, too.
Only what is known to be so is listed here; any other tokenizer gets texts whole, or not at all.
Source: Hugging Face, "Tokenizers: Components"; the parts' own code in the crate `tokenizers` 0.23."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

MODELS = {"WordPiece", "BPE", "Unigram", "WordLevel"}
# Each looks at a character and its combining marks, or at the beginning of the text.
LOCAL_NORMALIZERS = {
    *("BertNormalizer", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Nmt", "StripAccents"),
    *("Precompiled", "Prepend", "ByteLevel", "Strip"),
}
# Runs of spaces made one: the space of a cut stands alone.
RUNS_OF_SPACES = {" {2,}", "\\s+", " +"}
# These split before or after every space.
SPLITTERS = {"BertPreTokenizer", "Whitespace", "WhitespaceSplit"}
# These split further, or not at all.
HARMLESS = {"Punctuation", "Digits", "ByteLevel", "Metaspace"}
# CJK Unified Ideographs, between which BertNormalizer puts spaces.
FIRST_IDEOGRAPH, LAST_IDEOGRAPH = "\u4e00", "\u9fff"
Part = Mapping[str, Any]


class Cutter:
    """Finds the places in a text. `tokenizer`: tokenizer.json, parsed."""

    def __init__(self, tokenizer: Part) -> None:
        normalizers = list(_parts(tokenizer.get("normalizer"), "normalizers"))
        splitters = list(_parts(tokenizer.get("pre_tokenizer"), "pretokenizers"))
        # Found before anything is split: one with a space in it could lie across a cut.
        added = "".join(token["content"] for token in tokenizer.get("added_tokens") or [])
        self._at_spaces = (
            (tokenizer.get("model") or {}).get("type") in MODELS
            and all(map(_is_local, normalizers))
            and all(_splits_at_spaces(part) or part["type"] in HARMLESS for part in splitters)
            and any(map(_splits_at_spaces, splitters))
            and not any(character.isspace() for character in added)
        )
        self._at_ideographs = (
            self._at_spaces
            and all(part["type"] == "BertNormalizer" and part.get("handle_chinese_chars", True) for part in normalizers)
            and len(normalizers) == 1
            and not any(map(_is_ideograph, added))
        )

    def last(self, text: str, end: int) -> int:
        """The last place at or before `end`: text[:place] has the first tokens of `text`. 0: there is none."""
        if not self._at_spaces:
            return 0
        place = min(end, len(text) - 2)
        while place > 0:
            if self._is_place(text, place):
                return place
            place = max(text.rfind(" ", 0, place), self._between_ideographs(text, place))
        return 0

    def _is_place(self, text: str, place: int) -> bool:
        """A space between a letter or digit and another: no mark combines over it, and it is in no run of spaces."""
        if text[place] == " ":
            return text[place - 1].isalnum() and text[place + 1].isalnum()
        return self._at_ideographs and _is_ideograph(text[place - 1]) and _is_ideograph(text[place])

    def _between_ideographs(self, text: str, end: int) -> int:
        """`end` less one where text is of ideographs there; anything else is left to the spaces."""
        return end - 1 if self._at_ideographs and _is_ideograph(text[end - 1]) else 0


def _is_ideograph(character: str) -> bool:
    return FIRST_IDEOGRAPH <= character <= LAST_IDEOGRAPH


def _parts(part: Part | None, members: str) -> Iterable[Part]:
    """A part, or those of a sequence."""
    if part is None:
        return []
    if part["type"] != "Sequence":
        return [part]
    return [one for member in part[members] for one in _parts(member, members)]


def _is_local(normalizer: Part) -> bool:
    if normalizer["type"] != "Replace":
        return normalizer["type"] in LOCAL_NORMALIZERS
    pattern = normalizer["pattern"]
    literal = pattern.get("String")
    return pattern.get("Regex") in RUNS_OF_SPACES if literal is None else literal == " " or " " not in literal


def _splits_at_spaces(splitter: Part) -> bool:
    kind = splitter["type"]
    if kind == "ByteLevel":
        return bool(splitter.get("use_regex", True))
    if kind == "Metaspace":
        return bool(splitter.get("split", True))
    return kind in SPLITTERS
