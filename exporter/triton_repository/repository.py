"""Writes the repository. In: Serving, Contract, the exported model's folder, the templates. Out: under one folder, for
each model (four of an ensemble, one of the fused pipeline) `config.pbtxt` and the version folder `1` with its code,
settings and data; and golden.json."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from triton_repository import model_config
from triton_repository.contract import Contract
from triton_repository.errors import InvalidInput
from triton_repository.spec import Serving

GRAPH_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
SHARED_CODE = "bert_serving"
FUSED, BATCHING_CODE = "fused", "bert_batching"
# What a run costs in the model behind, by device, where nobody says it: Triton allows no call between models while a
# server starts, so it can't be measured there. cpu: as onnxruntime had it in-process, for a graph that computes padding
# (docs/performance.md). gpu: an estimate; a run hardly gets slower until it fills the GPU.
COSTS_BEHIND = {"cpu": {"call": 32, "tokens": 512}, "gpu": {"call": 1024, "tokens": 8192}}


def write_repository(
    serving: Serving, contract: Contract, model: Path, templates: Path, out: Path, with_graph: bool = True
) -> None:
    """`with_graph` False leaves model.onnx out: in the image it is a layer of its own that no serving option moves."""
    wanted = [TOKENIZER_FILE, *([GRAPH_FILE] if with_graph else [])]
    missing = [name for name in wanted if not (model / name).is_file()]
    if missing:
        raise InvalidInput([f"{model}: lacks {name}, which the exporter writes" for name in missing])
    fused = serving.pipeline == FUSED
    behind = (contract.inference,) if serving.onnx_backend != "python" else ()
    names = (serving.api_name, *(behind if fused else contract.roles))
    for taken in [name for name in names if (out / name).exists()]:
        raise InvalidInput([f"{out / taken}: exists already; render into an empty folder"])
    graph = (
        _write_fused(serving, contract, model, templates, out)
        if fused
        else _write_ensemble(serving, contract, model, templates, out)
    )
    if with_graph:
        shutil.copyfile(model / GRAPH_FILE, graph / GRAPH_FILE)
        if fused and not behind:
            _json(graph / "graph.json", {"precision": "fp32", "padding": "as exported"})


def _write_fused(serving: Serving, contract: Contract, model: Path, templates: Path, out: Path) -> Path:
    """Returns the folder where the graph goes: the public model's own, or that of the model behind it."""
    folder = _version_folder(out, serving.api_name)
    _config(out, model_config.fused(serving, contract))
    _code(templates, FUSED, folder, SHARED_CODE, BATCHING_CODE)
    shutil.copyfile(model / TOKENIZER_FILE, folder / TOKENIZER_FILE)
    _json(folder / "settings.json", fused_settings(serving, contract))
    if serving.onnx_backend == "python":
        return folder
    _version_folder(out, contract.inference)
    _config(out, model_config.inference(serving, contract))
    return out / contract.inference / "1"


def _write_ensemble(serving: Serving, contract: Contract, model: Path, templates: Path, out: Path) -> Path:
    """Returns the folder where the graph goes."""
    pre, graph, post = (_version_folder(out, role) for role in contract.roles)
    _version_folder(out, serving.api_name)
    _config(out, model_config.ensemble(serving, contract))
    _config(out, model_config.preprocessing(serving, contract))
    _config(out, model_config.inference(serving, contract))
    _config(out, model_config.postprocessing(serving, contract))

    _code(templates, contract.preprocessing, pre, SHARED_CODE)
    shutil.copyfile(model / TOKENIZER_FILE, pre / TOKENIZER_FILE)
    _json(pre / "settings.json", preprocessing_settings(serving, contract))
    if serving.onnx_backend == "python":
        _code(templates, contract.inference, graph, SHARED_CODE, BATCHING_CODE)
        _json(graph / "settings.json", inference_settings(serving, contract))
    _code(templates, contract.postprocessing, post, SHARED_CODE)
    _json(post / "settings.json", postprocessing_settings(serving, contract))
    return graph


def preprocessing_settings(serving: Serving, contract: Contract) -> dict[str, Any]:
    """`gate`: where the model behind has no bound of its own."""
    gate = {"public": serving.api_name, **_waiting(serving)}
    return {**_reading(serving, contract), "gate": None if serving.onnx_backend == "python" else gate}


def inference_settings(serving: Serving, contract: Contract) -> dict[str, Any]:
    """Each input comes with the value that pads it."""
    return {
        "inputs": {name: serving.pad_token_id if name == "input_ids" else 0 for name in serving.inputs},
        "logits": contract.logits_name,
        "maxLength": serving.max_length,
        "instances": serving.instances,
        "runCosts": serving.run_costs,
        **_waiting(serving),
    }


def postprocessing_settings(serving: Serving, contract: Contract) -> dict[str, Any]:
    return {
        "logits": contract.logits_name,
        "label": contract.label.name,
        "score": contract.score.name,
        "labels": list(serving.labels),
        "activation": serving.activation,
    }


def fused_settings(serving: Serving, contract: Contract) -> dict[str, Any]:
    """`behind`: where the graph runs in a model of its own, its name, and how many calls it is given at once: one more
    than run there, so that none of them waits for the next. A call is no larger than that model's batch."""
    both = {**_reading(serving, contract), **_waiting(serving), **postprocessing_settings(serving, contract)}
    if serving.onnx_backend == "python":
        return {**both, "behind": None, "runCosts": serving.run_costs}
    behind = {"model": contract.inference, "runners": serving.instances + 1}
    costs = serving.run_costs or COSTS_BEHIND[serving.device]
    return {**both, "behind": behind, "runCosts": {**costs, "texts": serving.max_batch_size}}


def _reading(serving: Serving, contract: Contract) -> dict[str, Any]:
    return {
        "text": contract.text.name,
        "inputs": list(serving.inputs),
        "maxLength": serving.max_length,
        "padTokenId": serving.pad_token_id,
        "limits": {"text": serving.limits.text_bytes, "request": serving.limits.request_bytes},
    }


def _waiting(serving: Serving) -> dict[str, Any]:
    return {"waitSeconds": serving.limits.wait_seconds, "waitingRequests": serving.limits.waiting_requests}


def write_golden(serving: Serving, contract: Contract, file: Path) -> None:
    """What golden_probe.py asks a running server, and the names it needs to ask."""
    examples = [{"text": e.text, "predicts": e.predicts, "minScore": e.min_score} for e in serving.examples]
    file.parent.mkdir(parents=True, exist_ok=True)
    names = {"text": contract.text.name, "label": contract.label.name, "score": contract.score.name}
    _json(
        file,
        {"apiName": serving.api_name, "maxBatchSize": serving.max_batch_size, "tensors": names, "examples": examples},
    )


def _version_folder(out: Path, name: str) -> Path:
    folder = out / name / "1"
    folder.mkdir(parents=True)
    return folder


def _config(out: Path, config: Any) -> None:
    (out / config.name / "config.pbtxt").write_text(model_config.as_text(config), encoding="utf-8")


def _code(templates: Path, role: str, folder: Path, *packages: str) -> None:
    """model.py, and the packages beside it: Triton puts the version folder on the path, and nothing above it."""
    shutil.copyfile(templates / "models" / role / "model.py", folder / "model.py")
    for package in packages:
        (folder / package).mkdir()
        for module in sorted((templates / "models" / package).glob("*.py")):
            shutil.copyfile(module, folder / package / module.name)


def _json(file: Path, content: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
