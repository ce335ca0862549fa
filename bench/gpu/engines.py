"""What runs a batch: onnxruntime, or torch. In: tokenised texts and the length to pad them to. Out: logits in the CPU's
memory, so that a run has ended when it returns."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from bert_serving.rows import Row, pad

Run = Callable[[Sequence[Row], int], Any]
PROVIDERS = {"cuda": "CUDAExecutionProvider", "cpu": "CPUExecutionProvider"}


def onnx_run(file: Path, provider: str, fillers: Mapping[str, int]) -> Run:
    """Raises SystemExit if onnxruntime has not that provider: it would quietly take the CPU."""
    if provider == "cuda" and hasattr(onnxruntime, "preload_dlls"):
        # CUDA's libraries, where pip has installed them.
        onnxruntime.preload_dlls()
    session = onnxruntime.InferenceSession(str(file), providers=[PROVIDERS[provider]])
    if PROVIDERS[provider] not in session.get_providers():
        raise SystemExit(f"onnxruntime {onnxruntime.__version__} can't use {PROVIDERS[provider]}; its log says why")
    return lambda rows, width: session.run(None, joined(rows, width, fillers))[0]


def torch_run(checkpoint: Path, provider: str, fillers: Mapping[str, int]) -> Run:
    import torch
    from transformers import AutoModelForSequenceClassification

    device = torch.device(provider)
    model = AutoModelForSequenceClassification.from_pretrained(checkpoint, dtype=torch.float16, local_files_only=True)
    model = model.eval().to(device)

    def run(rows: Sequence[Row], width: int) -> Any:
        with torch.inference_mode():
            tensors = {name: torch.from_numpy(array).to(device) for name, array in joined(rows, width, fillers).items()}
            return model(**tensors).logits.float().cpu().numpy()

    return run


def joined(rows: Sequence[Row], width: int, fillers: Mapping[str, int]) -> dict[str, npt.NDArray[np.int64]]:
    """An array for each input, `width` tokens wide."""
    # One row more, which sets the width.
    last: Row = {name: [filler] * width for name, filler in fillers.items()}
    return {name: pad([row[name] for row in (*rows, last)], filler)[:-1] for name, filler in fillers.items()}


def about(provider: str) -> dict[str, str]:
    """What the figures were measured with."""
    versions = {"onnxruntime": onnxruntime.__version__}
    if provider == "cpu":
        return {"device": "CPU provider: a trial of the script, not of a GPU", **versions}
    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    answer = subprocess.run(query, stdout=subprocess.PIPE, text=True, check=True).stdout
    name, driver = answer.split("\n")[0].split(", ")
    return {"device": name, "driver": driver, **versions}
