"""Promise: a local folder is used as it lies, and one that cannot work is refused with the file's name."""

from pathlib import Path

import pytest

from bert_exporter.checkpoint import check_folder
from bert_exporter.errors import LfsPointer, SourceFileMissing
from conftest import Checkpoint, Export

_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 90868376\n"


def test_no_folder(export: Export) -> None:
    with pytest.raises(SourceFileMissing, match=r"sources/model: no such folder"):
        export()


@pytest.mark.parametrize(
    ("file", "message"), [("config.json", r"has no config\.json"), ("model.safetensors", "has no PyTorch weights")]
)
def test_missing_file(file: str, message: str, checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    (checkpoint("bert", tmp_path / "sources" / "model") / file).unlink()
    with pytest.raises(SourceFileMissing, match=message):
        export()


def test_adapter_beside_the_weights(checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    (checkpoint("bert", tmp_path / "sources" / "model") / "adapter_config.json").write_text('{"peft_type": "LORA"}')
    with pytest.raises(SourceFileMissing, match=r"has an adapter \(adapter_config\.json\).*\n.*merge_and_unload"):
        export()


def test_weights_of_another_framework_are_named(checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "sources" / "model")
    (folder / "model.safetensors").rename(folder / "tf_model.h5")
    with pytest.raises(SourceFileMissing, match=r"only tf_model\.h5"):
        export()


def test_no_tokenizer(checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "sources" / "model")
    (folder / "vocab.txt").unlink()
    (folder / "tokenizer.json").unlink()
    with pytest.raises(SourceFileMissing, match="has no tokenizer"):
        export()


@pytest.mark.parametrize(
    ("lost", "message"),
    [
        ("model-00001-of-*", r"lacks model-00001-of-\d+\.safetensors, which model\.safetensors\.index\.json names"),
        ("model.safetensors.index.json", r"parts of the weights, but not the index that joins them"),
    ],
)
def test_a_lost_part_of_the_weights(lost: str, message: str, checkpoint: Checkpoint, tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification

    folder = checkpoint("bert", tmp_path / "model")
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="60KB")
    check_folder(folder, "model")
    next(folder.glob(lost)).unlink()
    with pytest.raises(SourceFileMissing, match=message):
        check_folder(folder, "model")


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_lfs_pointer(file: str, checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "model")
    (folder / file).write_text(_POINTER)
    with pytest.raises(LfsPointer, match=rf"{file}: is a Git-LFS pointer.*\n.*git lfs pull"):
        check_folder(folder, "model")
