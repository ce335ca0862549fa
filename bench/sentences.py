"""Real sentences of mixed lengths, without shipping or fetching any: the prose of Python's own language reference,
which the standard library carries for `help()`. In: a count, a seed. Out: the same sentences on every machine with that
Python."""

import random
import re
from pydoc_data.topics import topics

# Between sentences: after a full stop, at an empty line. Markup and code lines are no sentences.
BREAK = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|\n\s*\n")
CODE = re.compile(r"::=|>>>|^\s*[-=*]{3,}", re.MULTILINE)


def sentences(count: int, seed: int = 1) -> list[str]:
    """`count` sentences in random order, of 3 to 120 words."""
    pieces = (
        " ".join(piece.split()) for text in topics.values() if isinstance(text, str) for piece in BREAK.split(text)
    )
    found = sorted({piece for piece in pieces if 3 <= len(piece.split()) <= 120 and not CODE.search(piece)})
    return random.Random(seed).sample(found, count)
