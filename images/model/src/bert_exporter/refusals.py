"""Why a checkpoint is no text classifier, or not one for the task, in words that say how to mend it.

transformers only warns when a checkpoint has no classification head (it makes up a random one) or one of another
width, and its errors are often about something else than the cause (a page of model types, an advice about
TensorFlow). In: a folder, what the loading said, or an exception. Out: a ModelError, or nothing.
"""

import json
import re
import traceback
from pathlib import Path
from typing import Any

from bert_exporter.checkpoint import CONFIG
from bert_exporter.errors import ModelError

# Heads that other tasks have. Some have weights of the same names and shapes, and would load without a word.
_OTHER_TASK = re.compile(
    r"\w+For(TokenClassification|QuestionAnswering|MultipleChoice|NextSentencePrediction|MaskedLM|CausalLM|PreTraining)"
)
# What safetensors, torch and transformers say of files that are cut, damaged or missing.
_DAMAGED = re.compile(r"deserializing|Unable to load weights|No such file|[Uu]npickl|Weights only load|zip archive")
_LONGEST_QUOTE = 300
# Weights of an encoder's layers; what is computed from the sizes alone is none.
_OF_LAYERS = re.compile(r"\blayers?\.\d+\.(?!.*\.inv_freq$)")

# What config.json says that a model was trained for, in transformers' words, and the task that answers so. Nothing said
# contradicts nothing.
_TASK_OF = {
    "single_label_classification": "textClassification",
    "regression": "textClassification",
    "multi_label_classification": "multiLabelClassification",
}


def check_config(folder: Path, name: str, task: str) -> dict[str, Any]:
    """Looks at config.json before transformers does.

    Returns:
        Its content.
    Raises:
        ModelError: when it is no config of a model, or of one that was trained for another task.
    """
    where = f"{name}: {CONFIG}"
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"), object_pairs_hook=_once)
    except _Twice as problem:
        raise ModelError(
            f"says {problem} twice", where=where, remedy="each key once: of two JSON takes the last, without a word"
        ) from None
    except ValueError as problem:
        raise ModelError(f"is not JSON ({problem})", where=where, remedy="the file as its model came with it") from None
    if not isinstance(config, dict):
        raise ModelError("is no JSON object", where=where, remedy="the file as its model came with it")
    if not isinstance(config.get("model_type"), str):
        raise ModelError(
            "has no model_type", where=where, remedy='add the model\'s architecture, for example "model_type": "bert"'
        )
    _check_labels(config.get("id2label"), where)
    problem_type = config.get("problem_type")
    trained_for = _TASK_OF.get(problem_type, task) if isinstance(problem_type, str) else task
    if trained_for != task:
        raise ModelError(
            f"says problem_type {problem_type}, but the task is {task}: its answers would be other than those that the "
            "model was trained to give",
            where=where,
            remedy=f"write task: {{ {trained_for}: {{}} }}",
        )
    return config


class _Twice(Exception):
    """A key that an object has twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(next(key for key in keys if keys.count(key) > 1))
    return made


def _check_labels(id2label: object, where: str) -> None:
    """Their form. What they say is judged by the server image's build, and may be said otherwise there."""
    if id2label is None:
        return
    remedy = "class ids 0, 1, 2, … as keys and labels as values"
    if not isinstance(id2label, dict):
        raise ModelError(f"has an id2label that is {type(id2label).__name__}, and no map", where=where, remedy=remedy)
    # "01" would be another 1.
    if not all(re.fullmatch("0|[1-9][0-9]*", index) for index in id2label):
        raise ModelError(
            f"has an id2label with the keys {', '.join(id2label)[:_LONGEST_QUOTE]}", where=where, remedy=remedy
        )
    for index, label in id2label.items():
        if label is None or isinstance(label, bool | list | dict):
            raise ModelError(f"has an id2label whose label of class {index} is {label!r}", where=where, remedy=remedy)


def check_answer(problem_type: str | None, classes: int, name: str) -> None:
    """Refuses a model of whose answer a client would not get what it means.

    Raises:
        ModelError: naming the two that don't go together.
    """
    if problem_type == "regression" and classes > 1:
        raise ModelError(
            f"config.json says problem_type regression, and the model gives {classes} numbers for a text, of which the "
            "largest alone would be answered, under the label of its place",
            where=name,
            remedy="a regression of one number (num_labels 1)",
        )


def unloadable(problem: Exception, name: str) -> ModelError:
    """The error for an exception of from_pretrained()."""
    text = str(problem).strip()
    if "trust_remote_code" in text:
        return _needs_code(name)
    quote = f"{type(problem).__name__}: {' '.join(text.split())[:_LONGEST_QUOTE]}"
    if _DAMAGED.search(text) or _while_unpickling(problem):
        return ModelError(
            f"its weights are damaged or incomplete: {quote}",
            where=name,
            remedy="fetch the files again and compare their sizes with the source's; "
            "or save the model again with save_pretrained(), as safetensors",
        )
    return ModelError(
        f"cannot be loaded as a text classifier: {quote}",
        where=name,
        remedy="a BERT-like checkpoint for sequence classification, saved with save_pretrained()",
    )


def _needs_code(name: str, what: str = "") -> ModelError:
    return ModelError(
        f"needs Python code out of its own repository{what}, which is never run",
        where=name,
        remedy="a model of an architecture that transformers knows",
    )


def _while_unpickling(problem: Exception) -> bool:
    """torch reads what is no pickle until something fails that has nothing to say: a KeyError, an EOFError."""
    return any("unpickle" in Path(frame.filename).name for frame in traceback.extract_tb(problem.__traceback__))


def check_complete(model: Any, info: dict[str, Any], name: str) -> None:
    """Refuses a model whose head is another one, has another shape, or was made up while loading.

    Args:
        model: what from_pretrained() made.
        info: what it says of the loading.
    Raises:
        ModelError: naming the head or the weights.
    """
    heads = [str(head) for head in model.config.architectures or []]
    if heads and all(_OTHER_TASK.fullmatch(head) for head in heads):
        raise ModelError(
            f"config.json says {', '.join(heads)}, which is no text classifier",
            where=name,
            remedy="a checkpoint for sequence classification (…ForSequenceClassification)",
        )
    # A class of transformers' own may stand for it, with other answers from the same weights.
    own = (getattr(model.config, "auto_map", None) or {}).get("AutoModelForSequenceClassification", "")
    if own and own.rpartition(".")[2] != type(model).__name__:
        raise _needs_code(name, f" ({own})")
    if mismatched := sorted(info["mismatched_keys"]):
        shown = ", ".join(f"{key} {list(asked)}" for key, _, asked in mismatched[:4])
        raise ModelError(
            f"the weights have other shapes than config.json asks for: {shown}{', …' if len(mismatched) > 4 else ''}",
            where=name,
            remedy="a config.json (id2label or num_labels, vocab_size, …) that belongs to these weights",
        )
    if unused := sorted(key for key in info["unexpected_keys"] if _OF_LAYERS.search(key)):
        # transformers 5 has dropped BERT's relative positions, and says nothing where a checkpoint has them.
        raise ModelError(
            f"its layers have weights that transformers makes nothing of: {', '.join(unused[:4])}"
            f"{', …' if len(unused) > 4 else ''}: it would be another model",
            where=name,
            remedy="an architecture as transformers 5 computes it (without position_embedding_type relative_key), and "
            "a config.json (num_hidden_layers, …) that belongs to these weights",
        )
    if missing := sorted(info["missing_keys"]):
        shown = ", ".join(missing[:4]) + (", …" if len(missing) > 4 else "")
        raise ModelError(
            f"the weights lack {shown}: it was never trained as a classifier",
            where=name,
            remedy="a checkpoint fine-tuned for sequence classification, with its head",
        )
