"""Which files make up a checkpoint or a tokenizer, and whether a folder really has them.

A download of everything would fetch the same weights three times (safetensors, .bin, TensorFlow, Flax); a folder out
of a Git checkout may hold LFS pointers where weights should be. In: file names or a folder. Out: the names wanted, or
an error that names what is missing.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from bert_exporter.errors import LfsPointer, SourceFileMissing
from bert_exporter.storage import Role

CONFIG = "config.json"
# Of LoRA and its like, as the package peft saves them.
ADAPTER = "adapter_config.json"

# In order of preference: safetensors cannot carry code, and load faster.
_WEIGHTS = (
    re.compile(r"model(-\d+-of-\d+)?\.safetensors|model\.safetensors\.index\.json"),
    re.compile(r"pytorch_model(-\d+-of-\d+)?\.bin|pytorch_model\.bin\.index\.json"),
)
_SHARD = re.compile(r"-\d+-of-\d+\.")
_VOCABULARY = re.compile(r"tokenizer\.json|vocab\.(txt|json|bpe)|bpe\.codes|[\w.-]+\.model")
_TOKENIZER_EXTRAS = re.compile(r"merges\.txt|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json")

_INDEX = ".index.json"
_LFS_FIRST_LINE = b"version https://git-lfs.github.com/spec/v1"


def select_files(present: Iterable[str], role: Role, where: str) -> list[str]:
    """The files that a role needs, out of those that are present at the top of a repository.

    A model's files include a tokenizer's, since the model may be the tokenizer's source too.

    Raises:
        SourceFileMissing: when something that the role cannot do without is not there.
    """
    names = sorted(name for name in present if "/" not in name)
    wanted = [name for name in names if _VOCABULARY.fullmatch(name) or _TOKENIZER_EXTRAS.fullmatch(name)]
    if role == "tokenizer":
        if not any(_VOCABULARY.fullmatch(name) for name in names):
            raise no_vocabulary(where)
        return sorted({*wanted, *(name for name in names if name == CONFIG)})
    if ADAPTER in names:
        raise SourceFileMissing(
            f"has an adapter ({ADAPTER}), which would be left out, and no weights with it in them",
            where=where,
            remedy="the model after merge_and_unload(), saved with save_pretrained(), without the adapter's files",
        )
    if CONFIG not in names:
        raise SourceFileMissing(
            f"has no {CONFIG}", where=where, remedy="a model saved with save_pretrained(): config.json and weights"
        )
    weights = next((found for kind in _WEIGHTS if (found := [n for n in names if kind.fullmatch(n)])), None)
    if weights is None:
        others = ", ".join(name for name in names if name.endswith((".h5", ".msgpack", ".ot", ".onnx", ".gguf")))
        raise SourceFileMissing(
            f"has no PyTorch weights{f' (only {others})' if others else ''}",
            where=where,
            remedy="model.safetensors or pytorch_model.bin beside config.json",
        )
    if all(_SHARD.search(name) for name in weights):
        raise SourceFileMissing(
            f"has {len(weights)} parts of the weights, but not the index that joins them",
            where=where,
            remedy="model.safetensors.index.json or pytorch_model.bin.index.json beside them",
        )
    return sorted({CONFIG, *weights, *wanted})


def no_vocabulary(where: str) -> SourceFileMissing:
    """The error for a folder or repository without any tokenizer."""
    return SourceFileMissing(
        "has no tokenizer",
        where=where,
        remedy="tokenizer.json, vocab.txt, vocab.json + merges.txt, or a sentencepiece .model file; "
        "or name another source under `tokenizer`",
    )


def check_folder(folder: Path, role: Role) -> None:
    """Looks at a fetched folder before a library does, whose error would be about something else.

    Raises:
        SourceFileMissing: when a file is missing.
        LfsPointer: when a file's content is a Git-LFS pointer.
    """
    for name in select_files((path.name for path in folder.iterdir() if path.is_file()), role, str(folder)):
        with (folder / name).open("rb") as file:
            if file.read(len(_LFS_FIRST_LINE)) == _LFS_FIRST_LINE:
                raise LfsPointer(
                    "is a Git-LFS pointer, not the file itself",
                    where=str(folder / name),
                    remedy="run `git lfs pull` in the repository that the folder comes from",
                )
        if name.endswith(_INDEX):
            _check_shards(folder, name)


def _check_shards(folder: Path, index: str) -> None:
    try:
        shards = set(json.loads((folder / index).read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SourceFileMissing(
            "is no index of weights", where=str(folder / index), remedy="the file as save_pretrained() wrote it"
        ) from None
    if missing := sorted(str(shard) for shard in shards if not (folder / str(shard)).is_file()):
        raise SourceFileMissing(
            f"lacks {', '.join(missing[:4])}, which {index} names",
            where=str(folder),
            remedy=f"all {len(shards)} parts of the weights",
        )
