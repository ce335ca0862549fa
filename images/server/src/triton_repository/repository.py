"""Writes the repository. In: Serving, Contract, the exported model's folder, the templates. Out: under one folder, for
each model that is served, `config.pbtxt` and the version folder `1` with its code, settings, data; and golden.json."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bert_tasks
from triton_repository import model_config, settings
from triton_repository.contract import Contract
from triton_repository.errors import InvalidInput
from triton_repository.expected import Expected
from triton_repository.spec import Serving

GRAPH_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
BOTH = ("bert_serving", "bert_batching")


@dataclass(frozen=True)
class Beside:
    """What a python model finds beside its model.py: `packages` of the templates' folder shared/, whether
    tokenizer.json, and whether bert_tasks, for those that answer."""

    settings: Callable[[Serving, Contract], dict[str, Any]]
    packages: tuple[str, ...]
    tokenizer: bool = False
    answers: bool = False


# By folder of the templates.
BESIDE = {
    "ensemble/text_preprocessing": Beside(settings.preprocessing_settings, ("bert_serving",), tokenizer=True),
    "ensemble/model_onnx": Beside(settings.inference_settings, BOTH),
    "ensemble/post_processing": Beside(settings.postprocessing_settings, ("bert_serving",), answers=True),
    "fused/ensemble_model": Beside(settings.fused_settings, BOTH, tokenizer=True, answers=True),
}


def write_repository(
    serving: Serving, contract: Contract, model: Path, templates: Path, out: Path, with_graph: bool = True
) -> None:
    """`with_graph` False leaves model.onnx out: in the image it is a layer of its own that no serving option moves."""
    wanted = [TOKENIZER_FILE, *([GRAPH_FILE] if with_graph else [])]
    missing = [name for name in wanted if not (model / name).exists()]
    if missing:
        raise InvalidInput([f"{model}: lacks {name}, which the exporter writes" for name in missing])
    configs = model_config.configs(templates, serving, contract)
    for taken in [config.name for config in configs.values() if (out / config.name).exists()]:
        raise InvalidInput([f"{out / taken}: exists already; render into an empty folder"])
    for folder, config in configs.items():
        version = out / config.name / "1"
        version.mkdir(parents=True)
        (out / config.name / "config.pbtxt").write_text(model_config.as_text(config), encoding="utf-8")
        if config.backend == "python":
            beside = BESIDE[f"{serving.pipeline}/{folder}"]
            _code(templates, templates / serving.pipeline / folder / "1", version, beside.packages)
            if beside.answers:
                _package(Path(bert_tasks.__file__).parent, version)
            _json(version / "settings.json", beside.settings(serving, contract))
            if beside.tokenizer:
                shutil.copyfile(model / TOKENIZER_FILE, version / TOKENIZER_FILE)
    if with_graph:
        apart = contract.inference in configs
        graph = out / (contract.inference if apart else serving.api_name) / "1"
        _graph(model / GRAPH_FILE, graph / GRAPH_FILE)
        if not apart:
            _json(graph / "graph.json", {"precision": "fp32", "padding": "as exported"})


def write_golden(serving: Serving, contract: Contract, expected: Expected, file: Path) -> None:
    """What golden_probe.py asks a running server, and the names it needs to ask."""
    outputs = {called: output.name for called, output in serving.task.outputs.items()}
    golden = {
        "apiName": serving.api_name,
        "maxBatchSize": serving.max_batch_size,
        "task": serving.task.name,
        "labels": list(serving.labels),
        "tensors": {"text": contract.text.name, "outputs": outputs},
        "requestBytes": serving.limits.request_bytes,
        "examples": [example.golden() for example in serving.examples],
        "proof": expected.golden(),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    _json(file, golden)


def _graph(source: Path, target: Path) -> None:
    """A file; or a folder, where the weights are files of their own."""
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _code(templates: Path, own: Path, version: Path, packages: tuple[str, ...]) -> None:
    """model.py, and the packages beside it: Triton puts the version folder on the path, and nothing above it."""
    shutil.copyfile(own / "model.py", version / "model.py")
    for package in packages:
        _package(templates / "shared" / package, version)


def _package(package: Path, version: Path) -> None:
    for module in sorted(package.rglob("*.py")):
        copy = version / module.relative_to(package.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(module, copy)


def _json(file: Path, content: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
