"""What runs together, and fails alone."""

from collections.abc import Sequence

from bert_serving.together import together_or_alone

FORBIDDEN = 99


def test_what_fails_together_is_tried_alone() -> None:
    def doubled(members: Sequence[int]) -> list[int]:
        if FORBIDDEN in members:
            raise ArithmeticError(FORBIDDEN)
        return [2 * member for member in members]

    assert together_or_alone(doubled, [1, 2]) == [2, 4]
    first, second, third = together_or_alone(doubled, [1, FORBIDDEN, 3])
    assert (first, third) == (2, 6)
    assert isinstance(second, ArithmeticError)
