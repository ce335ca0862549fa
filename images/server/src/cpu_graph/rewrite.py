"""All that is taken out of a graph, in the order in which one thing shows the next. In: a model with the inputs of a
BERT. Out: a model that computes the same from the same, or None where there is nothing to gain."""

from __future__ import annotations

from onnx import ModelProto

from cpu_graph.attention import with_first_rows
from cpu_graph.facts import without_aliases
from cpu_graph.padding import without_padding
from cpu_graph.sizes import with_known_sizes
from cpu_graph.splits import without_splits


def rewritten(model: ModelProto) -> ModelProto | None:
    return without_padding(with_first_rows(without_splits(with_known_sizes(without_aliases(model)))))
