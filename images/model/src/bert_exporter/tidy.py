"""What torch's exporter writes, in the form in which onnxruntime is quick; the same numbers to the last bit.

In: an exported model (onnx_ir). Out: the same model, changed in place.
"""

from typing import Any

# The GELU of BERT is x · ½ · (1 + erf(x / √2)).
_HALF = 0.5


def tidy(model: Any) -> None:
    """Everything below."""
    _fold_transposes(model.graph)
    _reorder_gelus(model.graph)
    _strip(model)


def _fold_transposes(graph: Any) -> None:
    """Weights that several nodes transpose (ALBERT's layers are all one) are left so, and would be at each run."""
    import numpy as np
    import onnx_ir

    folded: dict[tuple[str, tuple[int, ...]], Any] = {}
    for node in list(graph):
        weights = node.inputs[0] if node.op_type == "Transpose" else None
        if weights is None or weights.name not in graph.initializers:
            continue
        axes = tuple(node.attributes["perm"].as_ints())
        if (weights.name, axes) not in folded:
            turned = np.ascontiguousarray(weights.const_value.numpy().transpose(axes))
            name = f"{weights.name}.{'_'.join(map(str, axes))}"
            value = onnx_ir.Value(name=name, const_value=onnx_ir.tensor(turned, name=name))
            value.shape, value.dtype = node.outputs[0].shape, weights.dtype
            graph.register_initializer(value)
            folded[weights.name, axes] = value
        node.outputs[0].replace_all_uses_with(folded[weights.name, axes])
        graph.remove(node, safe=True)
    for name, _ in folded:
        if name in graph.initializers and not graph.initializers[name].uses():
            del graph.initializers[name]


def _reorder_gelus(graph: Any) -> None:
    """x · (½ · (1 + erf)) becomes (x · (1 + erf)) · ½, which onnxruntime takes for one node. Halving rounds nothing."""
    for outer in graph:
        for place, halved in enumerate(outer.inputs if outer.op_type == "Mul" else ()):
            inner = halved.producer()
            half, grown = _halves(inner)
            if half is None or len(halved.uses()) > 1:
                continue
            x = outer.inputs[1 - place]
            inner.replace_input_with(0, x)
            inner.replace_input_with(1, grown)
            halved.shape = x.shape
            outer.replace_input_with(1 - place, half)
            break


def _halves(node: Any) -> tuple[Any, Any]:
    """½ and 1 + erf(…), of a node that multiplies the two; nothing of any other."""
    if node is not None and node.op_type == "Mul":
        for half, grown in (node.inputs, node.inputs[::-1]):
            sum_ = grown.producer()
            if half.const_value is None or half.const_value.size != 1 or sum_ is None or sum_.op_type != "Add":
                continue
            of = {value.producer().op_type for value in sum_.inputs if value.producer() is not None}
            if of == {"Erf"} and float(half.const_value.numpy().item()) == _HALF:
                return half, grown
    return None, None


def _strip(model: Any) -> None:
    """Takes out where each node comes from, paths of this machine among it: no part of the model, yet of its bytes."""
    from onnx_ir.traversal import RecursiveGraphIterator

    model.metadata_props.clear()
    graphs = {model.graph}
    for node in RecursiveGraphIterator(model.graph):
        graphs.add(node.graph)
        for described in (node, *node.outputs):
            described.metadata_props.clear()
            described.doc_string = None
    for graph in graphs:
        graph.doc_string = None
        for described in (graph, *graph.inputs, *graph.initializers.values()):
            described.metadata_props.clear()
