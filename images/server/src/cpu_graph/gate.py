"""What a graph that rounds is held to, whichever makes it. In: how it compares with fp32. Raises NotGoodEnough."""

from __future__ import annotations

from collections.abc import Sequence

PRECISION = ("precision",)
AGREEMENT = ("qualityGate", "labelAgreement")


class NotGoodEnough(Exception):
    """What was asked for can't be shipped: the option that asks for it, what was found, what to do."""

    def __init__(self, path: Sequence[str], because: str, remedy: str) -> None:
        super().__init__(f"{because}; {remedy}")
        self.told = {"path": list(path), "because": because, "remedy": remedy}


def require_agreement(precision: str, share: float, texts: int, least: float) -> None:
    """`share` of the `texts` get the labels that they get in fp32."""
    if share < least:
        raise NotGoodEnough(
            AGREEMENT,
            f"in {precision} the model gives {share:.2%} of {texts} texts the labels that it gives them in fp32, less "
            f"than {least:g}",
            "set precision to fp32, or lower the gate",
        )


def says_nothing(precision: str, commonest: float, texts: int, least: float, consequence: str) -> NotGoodEnough:
    """`commonest`: share of the `texts` that get the same labels anyway. `consequence`: what follows."""
    return NotGoodEnough(
        AGREEMENT,
        f"{least:g} says nothing of this model: it gives {commonest:.2%} of {texts} texts the same labels, "
        f"{consequence}",
        "name a file with texts of all labels in qualityGate.texts, set precision to fp32, or the gate to 0 "
        f"({precision} untried)",
    )
