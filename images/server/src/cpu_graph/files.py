"""The files of a graph. A model of more than 2 GiB is a folder model.onnx, with the graph in a file of that name and
the weights in another, for no message of protobuf can be larger; any other is one file. In: the folder that model.onnx
lies in. Out: the graph; the same files elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import onnx
from onnx import ModelProto

GRAPH = "model.onnx"


def is_split(folder: Path) -> bool:
    """Whether the weights are files of their own."""
    return (folder / GRAPH).is_dir()


def weights_of(folder: Path) -> Path:
    """The folder that the graph itself lies in: where its weights are found."""
    return folder / GRAPH if is_split(folder) else folder


def load(folder: Path) -> ModelProto:
    """The graph. Weights that are files of their own stay there: what rewrites it looks at their shapes alone."""
    return onnx.load(weights_of(folder) / GRAPH, load_external_data=False)


def copy(folder: Path, out: Path) -> None:
    """The files as they are."""
    if is_split(folder):
        shutil.copytree(folder / GRAPH, out / GRAPH)
    else:
        shutil.copyfile(folder / GRAPH, out / GRAPH)


def save(graph: ModelProto, folder: Path, out: Path) -> None:
    """`graph` instead of the one in `folder`, over the same weights."""
    if is_split(folder):
        copy(folder, out)
    onnx.save(graph, weights_of(out) / GRAPH)
