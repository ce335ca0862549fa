"""The graph's own inputs and outputs, held against what serving relies on.

A model decides itself whether it takes token_type_ids; serving asks the graph and never a list of families. Checked
in the order names → axes → shapes; values are `parity`'s. In: an onnxruntime session and the class count. Out: the
input names, in the graph's order.
"""

from typing import Any

from bert_exporter.errors import GraphError

# What preprocessing can make out of a text.
TOKEN_TYPES = "token_type_ids"
KNOWN_INPUTS = ("input_ids", "attention_mask", TOKEN_TYPES)
OUTPUT = "logits"


def check_graph(session: Any, classes: int, name: str) -> list[str]:
    """Reads the inputs of a graph and checks both ends of it.

    Raises:
        GraphError: naming the tensor, what it is and what it should be.
    """
    inputs, outputs = session.get_inputs(), session.get_outputs()
    names = [tensor.name for tensor in inputs]
    unknown = [given for given in names if given not in KNOWN_INPUTS]
    if unknown or "input_ids" not in names or "attention_mask" not in names:
        raise GraphError(
            f"the graph's inputs are {', '.join(names)}",
            where=name,
            remedy=f"input_ids and attention_mask, and none besides {', '.join(KNOWN_INPUTS)}",
        )
    if [tensor.name for tensor in outputs] != [OUTPUT]:
        raise GraphError(
            f"the graph's outputs are {', '.join(tensor.name for tensor in outputs)}",
            where=name,
            remedy=f"one output called {OUTPUT}",
        )
    for tensor in inputs:
        _check_tensor(
            tensor, "tensor(int64)", "[batch, sequence], both free", _free(tensor, 0) and _free(tensor, 1), name
        )
    logits = outputs[0]
    _check_tensor(logits, "tensor(float)", f"[batch, {classes}], batch free", _free(logits, 0), name)
    width = logits.shape[1]
    if isinstance(width, int) and width != classes:
        raise GraphError(
            f"{OUTPUT} has {width} columns, but the model has {classes} classes",
            where=name,
            remedy="as many columns as classes",
        )
    return names


def _free(tensor: Any, axis: int) -> bool:
    """Whether an axis takes any size: onnxruntime shows such an axis by a name instead of a number."""
    return len(tensor.shape) == 2 and not isinstance(tensor.shape[axis], int)


def _check_tensor(tensor: Any, kind: str, axes: str, axes_are_right: bool, name: str) -> None:
    if tensor.type != kind or not axes_are_right:
        raise GraphError(
            f"{tensor.name} is {tensor.type} with the axes {tensor.shape}",
            where=name,
            remedy=f"{kind} with the axes {axes}",
        )
