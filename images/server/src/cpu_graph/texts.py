"""Real sentences, without shipping or fetching any: the prose of Python's own language reference, which the standard
library carries for `help()`. Out: the same sentences with every copy of that Python."""

from __future__ import annotations

import re
from pydoc_data.topics import topics

# Between sentences: after a full stop, at an empty line. Markup and code lines are no sentences.
BREAK = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|\n\s*\n")
CODE = re.compile(r"::=|>>>|^\s*[-=*]{3,}", re.MULTILINE)


def sentences(most_words: int = 120) -> list[str]:
    """All of 3 to `most_words` words, in alphabetical order; with Python 3.11 and 120 words 2845."""
    pieces = (
        " ".join(piece.split()) for text in topics.values() if isinstance(text, str) for piece in BREAK.split(text)
    )
    return sorted({piece for piece in pieces if 3 <= len(piece.split()) <= most_words and not CODE.search(piece)})
