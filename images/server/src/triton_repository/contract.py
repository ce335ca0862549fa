"""The wire format, typed. In: contract.yaml, the one place that says it. Out: Contract."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Tensor:
    """A named tensor; `type` as in Triton's HTTP protocol (BYTES, FP32, INT64), `dims` without the batch dimension."""

    name: str
    type: str
    dims: tuple[int, ...]


@dataclass(frozen=True)
class Contract:
    text: Tensor
    label: Tensor
    score: Tensor
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
        label=_tensor(said["response"]["label"]),
        score=_tensor(said["response"]["score"]),
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
    )


def _tensor(said: dict[str, Any]) -> Tensor:
    return Tensor(said["name"], said["type"], tuple(said["dims"]))
