"""Original model → model.onnx, by torch's own exporter.

In: the loaded original. Out: ONNX, fp32, the same bytes whenever the same model is exported. The exporter's own check
is not asked: `graph` and `parity` are the gates.
"""

import warnings
from pathlib import Path

from bert_exporter.errors import ConversionError
from bert_exporter.graph import OUTPUT
from bert_exporter.model import Original
from bert_exporter.tidy import tidy

# 18: below it the exporter writes reductions and splits in forms that newer onnxruntime converts at every load.
OPSET = 18
# The one of that opset; onnxruntime of the oldest Triton releases that are served knows none beyond 9.
IR_VERSION = 8
# Of the batch that the model is traced with. Not 1, which would be taken for a size that never changes.
_TEXTS, _TOKENS = 2, 7

GRAPH, WEIGHTS = "model.onnx", "model.onnx.data"


def export_onnx(original: Original, name: str, scratch: Path) -> Path:
    """Converts a model.

    Args:
        original: the model; its parameters are not changed.
        name: how its source is called in messages.
        scratch: an empty folder to work in.
    Returns:
        The graph, inside scratch; its weights lie beside it, so that no step holds them twice.
    Raises:
        ConversionError: when the architecture cannot be exported.
    """
    import onnx_ir
    import torch

    # A tensor each: one for all would be one input.
    inputs = {taken: torch.ones(_TEXTS, _TOKENS, dtype=torch.int64) for taken in original.inputs}
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    try:
        with warnings.catch_warnings():
            # Tracing warns of much; whether it mattered is what parity finds out.
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                original.model,
                kwargs=inputs,
                dynamo=True,
                input_names=original.inputs,
                output_names=[OUTPUT],
                dynamic_shapes=dict.fromkeys(inputs, free),
                opset_version=OPSET,
                verbose=False,
            )
    except Exception as problem:
        # The exporter's own error is a page of advice; what happened is below it.
        cause = problem.__cause__ or problem
        text = str(cause).strip()
        raise ConversionError(
            f"architecture {original.model.config.model_type!r} cannot be exported to ONNX: "
            f"{type(cause).__name__}: {text.splitlines()[0] if text else ''}",
            where=name,
            remedy="an architecture that torch.onnx.export can trace",
        ) from problem
    tidy(program.model)
    program.model.ir_version = IR_VERSION
    onnx_ir.save(program.model, scratch / GRAPH, external_data=WEIGHTS)
    return scratch / GRAPH
