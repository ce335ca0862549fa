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

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "model_repository_templates"
SERVER_SOURCES = ROOT / "images" / "server" / "src"
# What would be Triton's C++ onnxruntime backend.
BACKEND = ROOT / "test" / "stand-ins" / "onnxruntime-backend" / "model.py"
GOLDEN = [
    {"text": "Help me, I am lost", "predicts": "distress", "minScore": 0.5},
    {"text": "спасибо, люблю", "predicts": "joy"},
]
# As components/server/limits.ts has them by default; requests may wait for longer, since tests share their cores.
LIMITS = {"textBytes": 65536, "requestBytes": 1048576, "waitSeconds": 60, "waitingRequests": 1000}


# Both pipelines, each where the graph runs in the python backend and where it would in the C++ one.
KINDS: dict[str, dict[str, Any]] = {
    "fused": {"pipeline": "fused"},
    "ensemble": {"pipeline": "ensemble"},
    "behind": {"pipeline": "fused", "native": True},
    "native": {"pipeline": "ensemble", "native": True},
}


def render(folder: Path, **options: Any) -> tuple[Path, Path]:
    """A repository for a classifier made on the spot, and golden.json, with replay.json beside it. `options`:
    spec.json's or the classifier's."""
    kinds = ("token_types", "activation", "shift", "split")
    kind: dict[str, Any] = {name: options.pop(name) for name in kinds if name in options}
    if "task" in options:
        (kind["task"],) = options["task"]
    return render_model(folder, write_classifier(folder / "model", **kind), **options)


def render_model(folder: Path, model: Path, **options: Any) -> tuple[Path, Path]:
    """The same for the model in a folder. `options`: spec.json's, `precision`, and `native`: as for a server that has
    the C++ onnxruntime backend, for which a stand-in takes its place."""
    precision, native = options.pop("precision", "fp32"), options.pop("native", False)
    spec = {
        "apiName": "ensemble_model",
        "maxBatchSize": 4,
        "maxLength": None,
        "instances": 1,
        "onnxBackend": "onnxruntime" if native else "python",
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
    arguments += ["--out", folder / "models", "--golden", folder / "golden.json", "--replay", folder / "replay.json"]
    runs_itself = spec.get("pipeline") == "fused" and not native
    arguments += ["--no-graph"] if runs_itself else []
    assert triton_repository([str(argument) for argument in arguments]) == 0
    if native:
        _stand_in(folder / "models" / "model_onnx")
    elif runs_itself:
        # As the server image's build does.
        cpu_graph(model, folder / "models" / str(spec["apiName"]) / "1", precision, least=0)
    return folder / "models", folder / "golden.json"


def serve(folder: Path, behind_gateway: bool = False, **options: Any) -> Triton:
    repository, golden = render(folder, **options)
    return Triton(repository, options.get("apiName", "ensemble_model"), folder, golden, behind_gateway=behind_gateway)


def _stand_in(model: Path) -> None:
    """A model of the python backend instead of one of the C++ onnxruntime backend."""
    config = (model / "config.pbtxt").read_text(encoding="utf-8")
    for native, stand_in in (('backend: "onnxruntime"', 'backend: "python"'), ("model.onnx", "model.py")):
        assert native in config
        config = config.replace(native, stand_in)
    (model / "config.pbtxt").write_text(config, encoding="utf-8")
    shutil.copyfile(BACKEND, model / "1" / "model.py")
    for package in ("bert_batching", "bert_serving"):
        shutil.copytree(TEMPLATES / "shared" / package, model / "1" / package)
