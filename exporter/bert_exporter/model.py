"""The original model: loaded as its authors meant it, and asked for what serving has to know about it.

transformers only warns when a checkpoint has no classification head (it makes up a random one) or one of another
width; both are errors here. Code out of a repository is never run. In: a checkpoint folder. Out: an Original.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bert_exporter.errors import ModelError

# torch's words; the shapes stand nowhere else.
_SIZE_MISMATCH = re.compile(r"size mismatch for (\S+): .*?torch\.Size\((.*?)\).*?torch\.Size\((.*?)\)")

# The template's limit, and what clients of BERT services expect.
LONGEST = 512


@dataclass(frozen=True)
class Original:
    """A loaded classifier.

    Attributes:
        model: the transformers model in evaluation mode, fp32.
        classes: width of its logits.
        embedding_rows: number of token ids that it has an embedding for.
        max_length: tokens that it can take, special ones included, at most 512.
        pad_token_id: id that fills a shorter text of a batch; None = the checkpoint does not say.
        activation: what turns its logits into scores.
        id2label: the checkpoint's own labels.
    """

    model: Any
    classes: int
    embedding_rows: int
    max_length: int
    pad_token_id: int | None
    activation: Literal["softmax", "sigmoid"]
    id2label: dict[int, str]


def load_model(folder: Path, name: str) -> Original:
    """Loads a checkpoint.

    Args:
        folder: config.json and weights.
        name: how the source is called in messages.
    Raises:
        ModelError: when it is no complete text classifier.
    """
    import torch
    from transformers import AutoModelForSequenceClassification

    try:
        model, info = AutoModelForSequenceClassification.from_pretrained(
            folder,
            trust_remote_code=False,
            local_files_only=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except Exception as problem:
        raise _unloadable(problem, name) from problem
    _check_complete(info, name)
    model.eval()
    config = model.config
    classes = int(config.num_labels)
    multi_label = config.problem_type == "multi_label_classification"
    return Original(
        model=model,
        classes=classes,
        embedding_rows=int(model.get_input_embeddings().weight.shape[0]),
        max_length=_max_length(model),
        pad_token_id=config.pad_token_id,
        activation="sigmoid" if multi_label or classes == 1 else "softmax",
        id2label={int(index): str(label) for index, label in config.id2label.items()},
    )


def _unloadable(problem: Exception, name: str) -> ModelError:
    text = str(problem).strip()
    if "trust_remote_code" in text:
        return ModelError(
            "needs Python code out of its own repository, which is never run",
            where=name,
            remedy="a model of an architecture that transformers knows",
        )
    if mismatch := _SIZE_MISMATCH.search(text):
        key, in_weights, by_config = mismatch.groups()
        return ModelError(
            f"{key} has the shape {in_weights} in the weights and {by_config} by config.json",
            where=name,
            remedy="a config.json (id2label, vocab_size, …) that belongs to these weights",
        )
    first_line = text.splitlines()[0] if text else ""
    return ModelError(
        f"cannot be loaded as a text classifier: {type(problem).__name__}: {first_line}",
        where=name,
        remedy="a BERT-like checkpoint for sequence classification, saved with save_pretrained()",
    )


def _check_complete(info: dict[str, Any], name: str) -> None:
    missing = sorted(info["missing_keys"])
    if missing:
        shown = ", ".join(missing[:4]) + (", …" if len(missing) > 4 else "")
        raise ModelError(
            f"the weights lack {shown}: it was never trained as a classifier",
            where=name,
            remedy="a checkpoint fine-tuned for sequence classification, with its head",
        )


def _max_length(model: Any) -> int:
    """Positions that the model has for a text.

    RoBERTa and its kin count positions from behind the padding index, and so can use fewer than they have: their
    position embedding is the one that has a padding index.
    """
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and hasattr(module, "num_embeddings"):
            offset = 0 if module.padding_idx is None else module.padding_idx + 1
            return min(LONGEST, int(module.num_embeddings) - offset)
    return min(LONGEST, int(getattr(model.config, "max_position_embeddings", None) or LONGEST))
