"""The wire format, typed. In: contract.yaml, the one place that says it. Out: Contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CLASSES = "classes"


@dataclass(frozen=True)
class Tensor:
    """A named tensor; `type` as in Triton's HTTP protocol (BYTES, FP32, INT64), `dims` without the batch dimension."""

    name: str
    type: str
    dims: tuple[int, ...]


@dataclass(frozen=True)
class Output:
    """A tensor of an answer; one of its dims may be CLASSES."""

    name: str
    type: str
    dims: tuple[int | str, ...]

    @property
    def of_each_class(self) -> bool:
        return CLASSES in self.dims

    def of(self, classes: int) -> Tensor:
        """For a model with so many classes."""
        return Tensor(self.name, self.type, tuple(classes if dim == CLASSES else int(dim) for dim in self.dims))


@dataclass(frozen=True)
class Contract:
    text: Tensor
    # By task, each by what the task calls it.
    responses: Mapping[str, Mapping[str, Output]]
    probabilities: Output
    class_order: str
    preprocessing: str
    inference: str
    postprocessing: str
    graph_input_names: tuple[str, ...]
    graph_input_type: str
    graph_input_dims: tuple[int, ...]
    logits_name: str
    logits_type: str
    # Least and most that a deployment may ask for.
    max_batch_size: tuple[int, int]
    max_length: tuple[int, int]
    # Tokens, where a deployment says nothing and the model takes more.
    default_max_length: int

    @property
    def roles(self) -> tuple[str, str, str]:
        """The names of the composing models, in the order in which a request passes them."""
        return (self.preprocessing, self.inference, self.postprocessing)

    def graph_input(self, name: str) -> Tensor:
        return Tensor(name, self.graph_input_type, self.graph_input_dims)

    def logits(self, classes: int) -> Tensor:
        return Tensor(self.logits_name, self.logits_type, (classes,))


def read_contract(path: Path) -> Contract:
    """Raises KeyError for a contract that lacks something: that is a bug in this repository, not in a user's config."""
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    graph, roles = said["graph"], said["roles"]
    return Contract(
        text=_tensor(said["request"]["text"]),
        responses={task: _outputs(outputs) for task, outputs in said["response"].items()},
        probabilities=_output(said["probabilities"]),
        class_order=said["classOrder"],
        preprocessing=roles["preprocessing"],
        inference=roles["inference"],
        postprocessing=roles["postprocessing"],
        graph_input_names=tuple(graph["inputs"]["names"]),
        graph_input_type=graph["inputs"]["type"],
        graph_input_dims=tuple(graph["inputs"]["dims"]),
        logits_name=graph["logits"]["name"],
        logits_type=graph["logits"]["type"],
        max_batch_size=tuple(said["bounds"]["maxBatchSize"]),
        max_length=tuple(said["bounds"]["maxLength"]),
        default_max_length=said["defaults"]["maxLength"],
    )


def _tensor(said: dict[str, Any]) -> Tensor:
    return Tensor(said["name"], said["type"], tuple(said["dims"]))


def _outputs(said: dict[str, Any]) -> dict[str, Output]:
    return {called: _output(output) for called, output in said.items()}


def _output(said: dict[str, Any]) -> Output:
    return Output(said["name"], said["type"], tuple(said["dims"]))
