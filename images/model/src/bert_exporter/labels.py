"""The label of each class.

A label list that is too short, too long or has a hole is the commonest way to serve a wrong answer without an error.
In: the checkpoint's labels, and the number of classes that the classifier really has. Out: one label for each class, in
order. Labels of one's own are a matter of the server image: another label exports nothing again. So what the labels
say (nothing at all, or twice the same) is judged there (triton_repository/labels.py), where others may stand for them.
"""

from collections.abc import Mapping

from bert_exporter.errors import LabelError


def labels_by_class(labels: Mapping[int, str], classes: int, where: str) -> list[str]:
    """Labels in the order of the classes.

    Args:
        labels: label by class id.
        classes: width of the classifier's logits.
        where: where the labels come from, for the message.
    Raises:
        LabelError: when they are not exactly one for each class.
    """
    expected = range(classes)
    if len(labels) != classes:
        raise LabelError(
            f"has {len(labels)} labels ({_shown(labels)}), but the model has {classes} classes",
            where=where,
            remedy=f"one label for each class id from 0 to {classes - 1}",
        )
    missing = sorted(set(expected) - set(labels))
    if missing:
        raise LabelError(
            f"has no label for class {', '.join(map(str, missing))}, but has labels for {_shown(labels)}",
            where=where,
            remedy=f"the class ids 0 to {classes - 1}",
        )
    return [labels[index] for index in expected]


def _shown(labels: Mapping[int, str]) -> str:
    shown = [f"{index}: {label}" for index, label in sorted(labels.items())]
    return ", ".join(shown[:5]) + (", …" if len(shown) > 5 else "")
