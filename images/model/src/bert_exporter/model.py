"""The original model: loaded as its authors meant it, and asked for what serving has to know about it.

What transformers only warns of or explains badly is told apart in `refusals`. Code out of a repository is never run.
In: a checkpoint folder. Out: an Original.
"""

import sys
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

from bert_exporter.graph import KNOWN_INPUTS, TOKEN_TYPES
from bert_exporter.oddities import left_out, of_config
from bert_exporter.refusals import check_answer, check_complete, check_config, unloadable
from bert_exporter.spec import DEFAULT_TASK
from bert_exporter.verdict import Warned
from bert_tasks import load

# Tokens of a model that knows no limit, or does not say it: what clients of BERT services expect.
UNSAID = 512


@dataclass(frozen=True)
class Original:
    """A loaded classifier.

    Attributes:
        model: the transformers model in evaluation mode, fp32.
        inputs: what it takes of KNOWN_INPUTS (graph.py), in that order.
        classes: width of its logits.
        embedding_rows: number of token ids that it has an embedding for.
        max_length: tokens that it can take, special ones included.
        pad_token_id: id that fills a shorter text of a batch; None = the checkpoint does not say.
        task: what it is to do; one of bert_tasks.
        activation: what turns its logits into scores (bert_tasks/scores.py).
        id2label: the checkpoint's own labels.
        warnings: what is odd about it, and may be meant.
    """

    model: Any
    inputs: list[str]
    classes: int
    embedding_rows: int
    max_length: int
    pad_token_id: int | None
    task: str
    activation: str
    id2label: dict[int, str]
    warnings: list[Warned]


def load_model(folder: Path, name: str, task: str = DEFAULT_TASK) -> Original:
    """Loads a checkpoint.

    Args:
        folder: config.json and weights.
        name: how the source is called in messages.
        task: what it is to do.
    Raises:
        ModelError: when it is no complete text classifier, or was trained for another task.
    """
    import torch
    from transformers import AutoModelForSequenceClassification

    said = check_config(folder, name, task)
    try:
        model, info = AutoModelForSequenceClassification.from_pretrained(
            folder,
            trust_remote_code=False,
            local_files_only=True,
            dtype=torch.float32,
            # The others are traced to more nodes, for the same numbers.
            attn_implementation="eager",
            output_loading_info=True,
            # Told by names and shapes below, instead of an exception without them.
            ignore_mismatched_sizes=True,
        )
    except Exception as problem:
        raise unloadable(problem, name) from problem
    check_complete(model, info, name)
    model.eval()
    config = model.config
    classes = int(config.num_labels)
    check_answer(config.problem_type, classes, name)
    return Original(
        model=model,
        inputs=_inputs(model),
        classes=classes,
        embedding_rows=int(model.get_input_embeddings().weight.shape[0]),
        max_length=_max_length(model),
        pad_token_id=config.pad_token_id,
        task=task,
        activation=load(task, "decide").activation(config.problem_type, classes),
        id2label={int(index): str(label) for index, label in config.id2label.items()},
        warnings=[*of_config(said, classes, task), *left_out(info)],
    )


def _inputs(model: Any) -> list[str]:
    """What tells the model something: RoBERTa and its kin take token_type_ids, but know one type of token alone."""
    taken = signature(model.forward).parameters
    types = getattr(model.config, "type_vocab_size", None)
    return [name for name in KNOWN_INPUTS if name in taken and (name != TOKEN_TYPES or types is None or types > 1)]


def _max_length(model: Any) -> int:
    """Positions that the model has for a text.

    RoBERTa and its kin count positions from behind the padding index, and so can use fewer than they have: their
    position embedding is the one that has a padding index.
    """
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and hasattr(module, "num_embeddings"):
            offset = 0 if module.padding_idx is None else module.padding_idx + 1
            return min(_unblocked(model.config), int(module.num_embeddings) - offset)
    # XLNet says -1: without limit.
    positions = int(getattr(model.config, "max_position_embeddings", None) or UNSAID)
    return positions if positions > 0 else UNSAID


def _unblocked(config: Any) -> int:
    """Tokens up to which BigBird attends to all; longer texts it attends to by blocks, by chance some of them, and once
    it has seen a short one (as parity's are) it never does (transformers, BigBirdModel.forward)."""
    if getattr(config, "attention_type", None) != "block_sparse":
        return sys.maxsize
    return int((5 + 2 * config.num_random_blocks) * config.block_size)
