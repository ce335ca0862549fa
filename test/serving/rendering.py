"""A repository as the product renders it, for a classifier made on the spot. In: options of spec.json. Out: the
repository, its golden.json, and a server for both."""

import json
import shutil
from pathlib import Path
from typing import Any

from classifier import write_classifier
from cpu_graph.__main__ import write as cpu_graph
from triton import Triton
from triton_repository.__main__ import main as triton_repository

TEMPLATES = Path(__file__).parents[2] / "model_repository_templates"
GOLDEN = [
    {"text": "Help me, I am lost", "predicts": "distress", "minScore": 0.5},
    {"text": "спасибо, люблю", "predicts": "joy"},
]
# As components/server/limits.ts has them by default; requests may wait for longer, since tests share their cores.
LIMITS = {"textBytes": 65536, "requestBytes": 1048576, "waitSeconds": 60, "waitingRequests": 1000}


def render(folder: Path, **options: Any) -> tuple[Path, Path]:
    """A repository for a classifier made on the spot, and golden.json. `options`: spec.json's or the classifier's."""
    kind = {name: options.pop(name) for name in ("token_types", "activation") if name in options}
    return render_model(folder, write_classifier(folder / "model", **kind), **options)


def render_model(folder: Path, model: Path, **options: Any) -> tuple[Path, Path]:
    """The same for the model in a folder. `options`: spec.json's, `precision`, and `behind`: the fused model calls a
    model_onnx, as with a server that has the C++ onnxruntime backend. This one has not: the ensemble's python one,
    which has the same name, tensors and batches, takes its place."""
    precision, behind = options.pop("precision", "fp32"), options.pop("behind", False)
    if behind:
        ensemble, _ = render_model(folder / "python", model, **{**options, "pipeline": "ensemble"})
        options["onnxBackend"] = "onnxruntime"
    spec = {
        "apiName": "ensemble_model",
        "maxBatchSize": 4,
        "maxLength": None,
        "instances": 1,
        "onnxBackend": "python",
        "device": "cpu",
        "gpuCount": 1,
        "labels": None,
        "examples": GOLDEN,
        **options,
        "limits": LIMITS | options.get("limits", {}),
    }
    folder.mkdir(exist_ok=True)
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    arguments = ["render", "--spec", folder / "spec.json", "--model", model, "--templates", TEMPLATES]
    arguments += ["--out", folder / "models", "--golden", folder / "golden.json"]
    assert triton_repository([str(argument) for argument in arguments]) == 0
    if behind:
        shutil.rmtree(folder / "models" / "model_onnx")
        shutil.move(ensemble / "model_onnx", folder / "models")
    elif spec.get("pipeline") == "fused":
        # As the server image's build does; without it the renderer leaves the graph as it was exported.
        cpu_graph(model, folder / "models" / str(spec["apiName"]) / "1", precision, least=0)
    return folder / "models", folder / "golden.json"


def serve(folder: Path, behind_gateway: bool = False, **options: Any) -> Triton:
    repository, golden = render(folder, **options)
    return Triton(repository, options.get("apiName", "ensemble_model"), folder, golden, behind_gateway=behind_gateway)
