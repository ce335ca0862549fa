"""Promise: a checkpoint that is not a complete classifier is refused in words, never served with a made-up head."""

import json
from pathlib import Path

import pytest
import torch

from bert_exporter.errors import ModelError
from bert_exporter.model import load_model
from conftest import Checkpoint
from families import FAMILIES, edit_json


def test_head_that_was_never_trained(checkpoint: Checkpoint, tmp_path: Path) -> None:
    from transformers import AutoModel

    folder = checkpoint("bert", tmp_path / "model")
    AutoModel.from_pretrained(folder).save_pretrained(folder)
    with pytest.raises(ModelError, match=r"lack classifier\.bias, classifier\.weight"):
        load_model(folder, "model local")


def test_more_labels_than_the_head_has_classes(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "model")
    edit_json(folder / "config.json", id2label={"0": "no", "1": "yes"}, label2id={"no": 0, "yes": 1})
    with pytest.raises(ModelError, match=r"other shapes than config\.json asks for: classifier\.bias \[2\]"):
        load_model(folder, "model local")


@pytest.mark.parametrize("own", ["0.attention.self.distance_embedding.weight", "2.output.dense.bias"])
def test_weights_that_would_be_left_out(own: str, checkpoint: Checkpoint, tmp_path: Path) -> None:
    """BERT's relative positions, which transformers 4 computed and 5 does not; more layers than config.json tells."""
    from safetensors.torch import load_file, save_file

    file = checkpoint("bert", tmp_path / "model") / "model.safetensors"
    weights = {**load_file(file), "bert.embeddings.position_ids": torch.arange(64)[None]}
    save_file(weights, file, metadata={"format": "pt"})
    load_model(file.parent, "model local")
    save_file({**weights, f"bert.encoder.layer.{own}": torch.zeros(3)}, file, metadata={"format": "pt"})
    with pytest.raises(ModelError, match=rf"makes nothing of: bert\.encoder\.layer\.{own}"):
        load_model(file.parent, "model local")


def test_code_of_a_repository_is_never_run(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "model")
    (folder / "custom.py").write_text("open('ran', 'w')")
    auto_map = {"AutoConfig": "custom.Config", "AutoModelForSequenceClassification": "custom.Model"}
    edit_json(folder / "config.json", model_type="unheard-of", auto_map=auto_map)
    with pytest.raises(ModelError, match="never run"):
        load_model(folder, "model local")


def test_code_of_a_repository_is_not_left_out(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "model")
    head = {"AutoModelForSequenceClassification": "custom.MeanPoolBert"}
    edit_json(folder / "config.json", auto_map=head)
    with pytest.raises(ModelError, match=r"\(custom\.MeanPoolBert\), which is never run"):
        load_model(folder, "model local")
    # A repository from before transformers had the class.
    edit_json(folder / "config.json", auto_map=dict.fromkeys(head, "custom.BertForSequenceClassification"))
    assert load_model(folder, "model local").classes == 3


def test_architecture_without_a_classifier(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "model")
    (folder / "config.json").write_text(json.dumps({"model_type": "clip_vision_model"}))
    with pytest.raises(ModelError, match="cannot be loaded as a text classifier"):
        load_model(folder, "model local")


def test_damaged_weights(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"\x00" * 100)
    with pytest.raises(ModelError, match=r"model local: its weights are damaged.*\n.*fetch the files again"):
        load_model(folder, "model local")


def test_damaged_pickled_weights(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "model")
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"hello" * 100)
    with pytest.raises(ModelError, match="its weights are damaged"):
        load_model(folder, "model local")


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("TokenClassification", {}),
        # Its head has the weights of a classifier with one class: it would load without a word.
        ("MultipleChoice", {"id2label": {0: "LABEL_0"}}),
    ],
)
def test_head_of_another_task(kind: str, config: dict[str, object], tmp_path: Path) -> None:
    import transformers

    folder = tmp_path / "model"
    FAMILIES["bert"].make(folder, **config)
    getattr(transformers, f"AutoModelFor{kind}").from_pretrained(folder).save_pretrained(folder)
    with pytest.raises(ModelError, match=f"says BertFor{kind}, which is no text classifier"):
        load_model(folder, "model local")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{,", "is not JSON"),
        ("[]", "is no JSON object"),
        ("{}", "has no model_type"),
        ('{"model_type": "bert", "id2label": {"no": 0}}', "has an id2label with the keys no"),
    ],
)
def test_config_that_is_none(content: str, message: str, checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "model")
    (folder / "config.json").write_text(content)
    with pytest.raises(ModelError, match=rf"model local: config\.json: {message}"):
        load_model(folder, "model local")


@pytest.mark.parametrize(
    ("problem_type", "task", "remedy"),
    [
        ("multi_label_classification", "textClassification", "multiLabelClassification"),
        ("single_label_classification", "multiLabelClassification", "textClassification"),
        ("regression", "multiLabelClassification", "textClassification"),
    ],
)
def test_trained_for_another_task(
    problem_type: str, task: str, remedy: str, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    folder = checkpoint("bert", tmp_path / "model")
    edit_json(folder / "config.json", problem_type=problem_type)
    with pytest.raises(ModelError) as refused:
        load_model(folder, "model local", task)
    assert f"model local: config.json: says problem_type {problem_type}, but the task is {task}" in str(refused.value)
    assert str(refused.value).endswith(f"remedy: write task: {{ {remedy}: {{}} }}")
    if problem_type != "regression":
        assert load_model(folder, "model local", remedy).task == remedy


def test_rotations_as_transformers_5_saves_them(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """A ModernBERT of transformers 4 says them by other names; one that is not read would rotate by the default."""
    folder = checkpoint("modernbert", tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    config.pop("rope_parameters")
    both: list[dict[str, object]] = [
        {"local_rope_theta": 50.0, "global_rope_theta": 70.0},
        {
            "rope_parameters": {
                "sliding_attention": {"rope_type": "default", "rope_theta": 50.0},
                "full_attention": {"rope_type": "default", "rope_theta": 70.0},
            }
        },
    ]
    logits = []
    for written in both:
        (folder / "config.json").write_text(json.dumps({**config, **written}))
        model = load_model(folder, "model local").model
        logits.append(model(input_ids=torch.arange(5, 45)[None]).logits.tolist())
    assert logits[0] == logits[1]
    (folder / "config.json").write_text(json.dumps(config))
    assert load_model(folder, "model local").model(input_ids=torch.arange(5, 45)[None]).logits.tolist() != logits[0]


def test_positions_behind_the_padding_index(tmp_path: Path) -> None:
    FAMILIES["roberta"].make(tmp_path / "model")
    original = load_model(tmp_path / "model", "model local")
    assert original.model.config.max_position_embeddings - 2 == original.max_length


@pytest.mark.parametrize(
    ("id2label", "message"),
    [
        ('["ham", "spam", "eggs"]', "has an id2label that is list, and no map"),
        ('{"0": "a", "1": "b", "01": "c"}', "has an id2label with the keys 0, 1, 01"),
        ('{"0": "a", "1": "b", "2": ["c"]}', r"whose label of class 2 is \['c'\]"),
        ('{"0": null, "1": "b", "2": "c"}', "whose label of class 0 is None"),
        ('{"0": "a", "1": "b", "2": "c", "1": "d"}', "says 1 twice"),
    ],
)
def test_labels_of_another_form(id2label: str, message: str, checkpoint: Checkpoint, tmp_path: Path) -> None:
    file = checkpoint("bert", tmp_path / "model") / "config.json"
    edit_json(file, id2label="here")
    file.write_text(file.read_text().replace('"here"', id2label))
    with pytest.raises(ModelError, match=message):
        load_model(file.parent, "model local")


def test_a_regression_of_several_numbers(tmp_path: Path) -> None:
    FAMILIES["bert"].make(tmp_path / "model", problem_type="regression")
    with pytest.raises(ModelError, match="the model gives 3 numbers for a text"):
        load_model(tmp_path / "model", "model local")


@pytest.mark.parametrize(
    ("config", "task", "words"),
    [
        ({}, "textClassification", []),
        ({"problem_type": "single_label_classification"}, "textClassification", []),
        ({"id2label": {0: "stars"}}, "textClassification", ["does not say problem_type: regression"]),
        ({"id2label": {0: "stars"}, "problem_type": "regression"}, "textClassification", []),
        ({"id2label": {0: "toxic"}}, "multiLabelClassification", []),
    ],
)
def test_what_one_class_means(config: dict[str, object], task: str, words: list[str], tmp_path: Path) -> None:
    FAMILIES["bert"].make(tmp_path / "model", **config)
    warnings = load_model(tmp_path / "model", "model local", task).warnings
    assert [word in said.text for word, said in zip(words, warnings, strict=True)] == [True] * len(words)


def test_two_maps_that_contradict_each_other(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "model")
    assert load_model(folder, "model local").warnings == []
    # What transformers makes up says nothing.
    edit_json(folder / "config.json", label2id={"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2})
    assert load_model(folder, "model local").warnings == []
    edit_json(folder / "config.json", label2id={"negative": 2, "neutral": 1, "positive": 0})
    (warning,) = load_model(folder, "model local").warnings
    assert warning.option == "labels"
    assert "'negative' is class 0 in id2label and 2 in label2id" in warning.text


def test_weights_that_are_left_out(checkpoint: Checkpoint, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    file = checkpoint("bert", tmp_path / "model") / "model.safetensors"
    weights = load_file(file)
    of_pretraining = {"cls.predictions.bias": torch.zeros(3), "bert.embeddings.position_ids": torch.arange(64)[None]}
    save_file({**weights, **of_pretraining}, file, metadata={"format": "pt"})
    assert load_model(file.parent, "model local").warnings == []
    save_file({**weights, "pre_classifier.weight": torch.zeros(3)}, file, metadata={"format": "pt"})
    (warning,) = load_model(file.parent, "model local").warnings
    assert "its weights pre_classifier.weight are left out" in warning.text


def test_blocks_that_long_texts_are_attended_by_are_no_part_of_what_is_served() -> None:
    from transformers import BigBirdConfig, BigBirdForSequenceClassification

    from bert_exporter.model import _max_length

    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    for attention, limit in (("block_sparse", 704), ("original_full", 4096)):
        config = BigBirdConfig(**sizes, vocab_size=8, attention_type=attention)
        assert _max_length(BigBirdForSequenceClassification(config)) == limit
