"""Original model → model.onnx, by optimum.

In: the loaded original. Out: one ONNX file, fp32. Optimum's own validation is off: it only warns; `graph` and
`parity` are the gates.
"""

import warnings
from pathlib import Path

from bert_exporter.errors import ConversionError
from bert_exporter.model import Original

# What optimum calls a classifier of texts, whether its classes exclude each other or not.
HEAD = "text-classification"
# 18: below it the exporter writes reductions and splits in forms that newer onnxruntime converts at every load.
OPSET = 18


def export_onnx(original: Original, name: str, scratch: Path) -> Path:
    """Converts a model.

    Args:
        original: the model; its parameters are not changed.
        name: how its source is called in messages.
        scratch: an empty folder to work in.
    Returns:
        The ONNX file, inside scratch.
    Raises:
        ConversionError: when the architecture cannot be exported, or does not fit into one file.
    """
    from optimum.exporters.onnx import onnx_export_from_model

    try:
        with warnings.catch_warnings():
            # Tracing warns of every Python branch; whether a branch mattered is what parity finds out.
            warnings.simplefilter("ignore")
            onnx_export_from_model(original.model, scratch, opset=OPSET, task=HEAD, do_validation=False, device="cpu")
    except Exception as problem:
        text = str(problem).strip()
        raise ConversionError(
            f"architecture {original.model.config.model_type!r} cannot be exported to ONNX: "
            f"{type(problem).__name__}: {text.splitlines()[0] if text else ''}",
            where=name,
            remedy="an architecture that optimum-onnx exports for text-classification",
        ) from problem
    files = sorted(path.name for path in scratch.iterdir() if path.suffix in {".onnx", ".onnx_data", ".data"})
    if files != ["model.onnx"]:
        raise ConversionError(
            f"the export wrote {', '.join(files)} instead of one model.onnx (models over 2 GiB are split)",
            where=name,
            remedy="a model of less than 2 GiB in fp32",
        )
    return scratch / "model.onnx"
