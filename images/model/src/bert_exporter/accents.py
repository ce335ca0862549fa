"""Repairs the accents of a tokenizer that transformers makes out of a sentencepiece model.

ALBERT's own tokenizer decomposes a text, drops characters with a combining class, and lets sentencepiece compose the
rest again. What transformers makes of it drops *every* mark (vowel signs of Hindi and Thai, emoji selectors) and
composes no Hangul, since the `tokenizers` library's copy of sentencepiece's normaliser leaves groups of six bytes and
more alone. In: that tokenizer. Out: one that does as ALBERT's own.
"""

import json
import sys
import unicodedata
from itertools import groupby
from typing import Any


def repair_accents(converted: Any) -> Any:
    """The tokenizer with faithful accents; one whose normaliser drops no accents is returned as it is."""
    from tokenizers import Tokenizer

    content = json.loads(converted.to_str())
    normalizer = content["normalizer"] or {}
    steps = normalizer.get("normalizers", [])
    if not any(step["type"] == "StripAccents" for step in steps):
        return converted
    drop = {"type": "Replace", "pattern": {"Regex": _combining_characters()}, "content": ""}
    normalizer["normalizers"] = [
        repaired
        for step in steps
        for repaired in ([drop, {"type": "NFC"}] if step["type"] == "StripAccents" else [step])
    ]
    return Tokenizer.from_str(json.dumps(content))


def _combining_characters() -> str:
    """A character class of all code points with a canonical combining class."""
    points = [point for point in range(sys.maxunicode + 1) if unicodedata.combining(chr(point))]
    # Neighbours share the difference between value and position.
    runs = [[point for _, point in run] for _, run in groupby(enumerate(points), key=lambda pair: pair[1] - pair[0])]
    return "[" + "".join(rf"\x{{{run[0]:x}}}-\x{{{run[-1]:x}}}" for run in runs) + "]"
