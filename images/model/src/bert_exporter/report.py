"""What is written: model/{model.onnx, tokenizer.json, model.json} and quality.json.

The contents follow from the inputs alone: no clock, no path of a machine, a fixed order of keys. In: what the steps
found. Out: files in the shape that the renderer (`triton_repository`) and the TypeScript side read.
"""

import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bert_exporter.export import OPSET
from bert_exporter.graph_files import write_graph
from bert_exporter.parity import Parity

_VERSIONS_OF = ("torch", "transformers", "onnxscript", "onnxruntime")


@dataclass(frozen=True)
class ModelFacts:
    """The fields of model.json: what serving must know and cannot ask the graph for."""

    inputs: list[str]
    labels: list[str]
    max_length: int
    pad_token_id: int
    task: str
    activation: str
    model_source: str
    tokenizer_source: str


def write_result(out: Path, graph: Path, tokenizer: Any, facts: ModelFacts, parity: Parity, gate: float) -> None:
    """Writes everything; an existing result is replaced."""
    model = out / "model"
    model.mkdir(parents=True, exist_ok=True)
    write_graph(graph, model)
    (model / "tokenizer.json").write_text(tokenizer.to_str(pretty=False) + "\n", encoding="utf-8")
    _write_json(
        model / "model.json",
        {
            "inputs": facts.inputs,
            "labels": facts.labels,
            "maxLength": facts.max_length,
            "padTokenId": facts.pad_token_id,
            "task": facts.task,
            "activation": facts.activation,
            "source": {"model": facts.model_source, "tokenizer": facts.tokenizer_source},
        },
    )
    _write_json(
        out / "quality.json",
        {
            # Two digits: the rest is noise of the machine that built it.
            "maxLogitDifference": float(f"{parity.max_logit_difference:.1e}"),
            "maxScoreDifference": float(f"{parity.max_score_difference:.1e}"),
            "labelAgreement": round(parity.label_agreement, 4),
            "texts": parity.texts,
            "gate": {"maxLogitDifference": gate},
            "versions": {**{name: version(name) for name in _VERSIONS_OF}, "opset": OPSET},
        },
    )


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
