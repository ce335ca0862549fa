"""What is odd about a checkpoint, and may yet be meant: it is served, and whoever deploys is told. What can't be right
is refused (`refusals`). In: config.json, what the loading said. Out: warnings.
"""

import re
from collections.abc import Mapping
from typing import Any

from bert_exporter.spec import DEFAULT_TASK
from bert_exporter.verdict import Warned

_SHOWN = 4
# Heads and poolers that a checkpoint has from its pre-training, and what is computed from the sizes alone. A classifier
# loses nothing with them.
_NO_LOSS = re.compile(
    r"(^|\.)(cls\.(predictions|seq_relationship)|lm_head|lm_predictions|mask_predictions|vocab_(transform|layer_norm|"
    r"projector)|generator_\w+|discriminator_predictions|predictions|sop_classifier|decoder|pooler|(token_)?embeddings\.position_ids|"
    r"position_ids|inv_freq|num_batches_tracked)(\.|$)"
)


def of_config(config: Mapping[str, Any], classes: int, task: str) -> list[Warned]:
    """Of what config.json says."""
    said = []
    if task == DEFAULT_TASK and classes == 1 and config.get("problem_type") != "regression":
        # As transformers' own pipeline takes it, whatever the model was trained for.
        said.append(
            Warned(
                "model",
                "the model has one class, and its config.json does not say problem_type: regression, so every text "
                "gets the one label, and as score the sigmoid of its logit; if it is a regression, say so there",
            )
        )
    id2label, label2id = (_map(config.get(name)) for name in ("id2label", "label2id"))
    told = {str(label): int(index) for index, label in id2label.items() if str(index).isdecimal()}
    other = [
        f"{label!r} is class {index} in id2label and {label2id[label]} in label2id"
        for label, index in told.items()
        if label in label2id and str(label2id[label]) != str(index)
    ]
    if other:
        said.append(
            Warned(
                "labels",
                f"config.json contradicts itself: {'; '.join(other[:_SHOWN])}{'; …' if other[_SHOWN:] else ''}; "
                "id2label is taken; say labels to be sure",
            )
        )
    return said


def left_out(info: Mapping[str, Any]) -> list[Warned]:
    """Weights that the architecture makes nothing of. Those of layers are refused."""
    lost = sorted(key for key in info["unexpected_keys"] if not _NO_LOSS.search(key))
    if not lost:
        return []
    shown = ", ".join(lost[:_SHOWN]) + (", …" if lost[_SHOWN:] else "")
    return [
        Warned(
            "model",
            f"its weights {shown} are left out, for transformers' class of this architecture has no place for them; if "
            "they are part of the classifier, it answers otherwise than it was trained to",
        )
    ]


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
