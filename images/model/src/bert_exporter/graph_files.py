"""How an exported graph is handed on: one file, or a folder where it is too large for one.

No message of protobuf can be larger than 2 GiB, so larger models keep their weights in a file of their own. Triton
wants such a model as a folder model.onnx with the graph in it under the same name. In: the graph, its weights beside
it. Out: model.onnx, a file or a folder.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bert_exporter.export import GRAPH, WEIGHTS

# Bytes of weights that fit into one file, with room for the graph around them.
_MOST = 2**31 - 2**24


def write_graph(graph: Path, out: Path) -> None:
    """Writes model.onnx into `out`; one that is there is replaced. The given files may be gone afterwards."""
    target, weights = out / GRAPH, graph.parent / WEIGHTS
    if target.is_dir():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)
    if weights.stat().st_size <= _MOST:
        with target.open("wb") as file:
            file.writelines(_joined(graph, weights))
        return
    target.mkdir()
    for part in (graph, weights):
        shutil.move(part, target)


def _joined(graph: Path, weights: Path) -> Iterator[bytes]:
    """The graph with its weights, as one message in pieces: as a whole, protobuf would hold all weights twice.

    A message is its fields in any order, and each of these is a number, a length and content; so a graph is all of it
    but the weights, and the weights behind that.
    """
    import onnx

    model = onnx.load(graph, load_external_data=False)
    pieces = [_piece(model.graph, tensor) for tensor in model.graph.initializer]
    model.graph.ClearField("initializer")
    content = model.graph.SerializeToString()
    start = _start(model, "graph", len(content) + sum(len(piece.head) + piece.size for piece in pieces))
    model.ClearField("graph")
    yield from (model.SerializeToString(), start, content)
    with weights.open("rb") as file:
        for piece in pieces:
            file.seek(piece.offset)
            yield from (piece.head, file.read(piece.size))


@dataclass(frozen=True)
class _Piece:
    """A tensor. `head`: all of it but its content, which lies at `offset` of the weights; small ones are all head."""

    head: bytes
    offset: int
    size: int


def _piece(graph: Any, tensor: Any) -> _Piece:
    place = {entry.key: entry.value for entry in tensor.external_data}
    size = int(place.get("length", 0))
    tensor.ClearField("external_data")
    tensor.ClearField("data_location")
    head = tensor.SerializeToString() + (_start(tensor, "raw_data", size) if place else b"")
    return _Piece(_start(graph, "initializer", len(head) + size) + head, int(place.get("offset", 0)), size)


def _start(message: Any, field: str, length: int) -> bytes:
    """What comes before the content of a field: its number with the kind 2 (a length follows), and that length, seven
    bits to a byte, the lowest first."""
    key = message.DESCRIPTOR.fields_by_name[field].number << 3 | 2
    return b"".join(_varint(number) for number in (key, length))


def _varint(number: int) -> bytes:
    septets = [number >> shift & 0x7F for shift in range(0, max(1, number.bit_length()), 7)]
    return bytes([*(septet | 0x80 for septet in septets[:-1]), septets[-1]])
