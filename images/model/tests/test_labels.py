"""Promise: each class has exactly one label, or the error names both sides."""

import pytest

from bert_exporter.errors import LabelError
from bert_exporter.labels import labels_by_class


def test_order_is_that_of_the_classes() -> None:
    assert labels_by_class({1: "b", 0: "a", 10: "k"} | {n: str(n) for n in range(2, 10)}, 11, "labels")[10] == "k"


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({0: "no", 1: "yes"}, r"labels: has 2 labels \(0: no, 1: yes\), but the model has 3 classes"),
        ({n: str(n) for n in range(9)}, r"has 9 labels \(0: 0, .*4: 4, …\), but the model has 3 classes"),
        ({0: "a", 1: "b", 3: "d"}, "has no label for class 2"),
    ],
)
def test_other_count_or_holes(labels: dict[int, str], message: str) -> None:
    with pytest.raises(LabelError, match=message):
        labels_by_class(labels, 3, "labels")


def test_what_they_say_is_judged_where_others_may_stand_for_them() -> None:
    assert labels_by_class({0: "same", 1: "same", 2: ""}, 3, "labels") == ["same", "same", ""]
