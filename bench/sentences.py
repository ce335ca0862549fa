"""Real sentences of mixed lengths (cpu_graph/texts.py). In: a distribution of lengths, a count. Out: the same sentences
on every machine with that Python."""

import random
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "images" / "server" / "src")]

# ruff: noqa: E402 - the path is set above
from cpu_graph.texts import sentences as all_sentences

DISTRIBUTIONS = ("mixed", "short", "tail")
# Of the distribution `tail`: one text in so many is a paragraph, of up to so many words.
PARAGRAPHS, MOST_WORDS = 10, 400


def sentences(count: int, distribution: str = "mixed", seed: int = 1) -> list[str]:
    """`count` texts in random order. mixed: sentences of 3 to 120 words. short: of 3 to 12. tail: mixed, but every
    tenth is several sentences, up to 400 words, which most models cut at 512 tokens."""
    found = all_sentences(12 if distribution == "short" else 120)
    chance = random.Random(seed)
    if distribution != "tail":
        return chance.sample(found, count)
    return [_paragraph(chance, found) if turn % PARAGRAPHS == 0 else chance.choice(found) for turn in range(count)]


def _paragraph(chance: random.Random, found: list[str]) -> str:
    words = " ".join(chance.sample(found, 40)).split()
    return " ".join(words[: chance.randint(60, MOST_WORDS)])
