"""Promise: the real huggingface_hub client fetches what is needed, no more; refusals in words; the token never shows.

The server is test/stand-ins/hub, in a process of its own.
"""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bert_exporter.errors import LfsPointer, SourceAccessDenied, SourceFileMissing, SourceNotFound, SourceUnreachable
from conftest import HUB_TOKEN, Checkpoint, Export, Hub

REVISION = "0123456789abcdef0123456789abcdef01234567"


def _hf(hub: Hub, name: str, revision: str = REVISION) -> dict[str, object]:
    return {"hf": {"id": name, "revision": revision, "endpoint": hub.endpoint}}


def test_only_the_files_needed(checkpoint: Checkpoint, export: Export, hub: Hub) -> None:
    folder = checkpoint("bert", hub.repository("acme/sentiment", REVISION))
    for unwanted in ("pytorch_model.bin", "tf_model.h5", "onnx/model.onnx", "README.md", "training_args.bin", "run.py"):
        (folder / unwanted).parent.mkdir(exist_ok=True)
        (folder / unwanted).write_text("unwanted")
    # transformers 4 wrote it.
    (folder / "special_tokens_map.json").write_text("{}")
    out = export(model=_hf(hub, "acme/sentiment"))
    source = json.loads((out / "model" / "model.json").read_text())["source"]
    assert source == {"model": f"hf:acme/sentiment@{REVISION}", "tokenizer": f"hf:acme/sentiment@{REVISION}"}
    requests = [line for line in hub.log.read_text().splitlines() if "/resolve/" in line]
    fetched = {line.split(f"/resolve/{REVISION}/")[1].split()[0] for line in requests}
    tokenizer = {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"}
    assert fetched == {"config.json", "model.safetensors", *tokenizer}


def test_model_and_tokenizer_from_different_repositories(checkpoint: Checkpoint, export: Export, hub: Hub) -> None:
    model = checkpoint("bert", hub.repository("acme/sentiment", REVISION))
    checkpoint("bert", hub.repository("base/tokenizer", REVISION))
    for file in ("vocab.txt", "tokenizer.json", "tokenizer_config.json"):
        (model / file).unlink()
    out = export(model=_hf(hub, "acme/sentiment"), tokenizer=_hf(hub, "base/tokenizer"))
    source = json.loads((out / "model" / "model.json").read_text())["source"]
    assert source["tokenizer"] == f"hf:base/tokenizer@{REVISION}"
    assert f"base/tokenizer/resolve/{REVISION}/model.safetensors" not in hub.log.read_text()


def test_model_from_the_hub_and_tokenizer_from_a_folder(
    checkpoint: Checkpoint, export: Export, hub: Hub, tmp_path: Path
) -> None:
    checkpoint("bert", hub.repository("acme/sentiment", REVISION))
    checkpoint("bert", tmp_path / "sources" / "tokenizer")
    out = export(model=_hf(hub, "acme/sentiment"), tokenizer={"local": {}})
    assert json.loads((out / "model" / "model.json").read_text())["source"]["tokenizer"] == "local"


def test_weights_in_bin_where_nothing_better_exists(checkpoint: Checkpoint, export: Export, hub: Hub) -> None:
    import torch
    from safetensors.torch import load_file

    folder = checkpoint("bert", hub.repository("acme/old", REVISION))
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    assert (export(model=_hf(hub, "acme/old")) / "model" / "model.onnx").is_file()


def test_private_repository_with_its_token(checkpoint: Checkpoint, export: Export, hub: Hub) -> None:
    checkpoint("bert", hub.repository("acme/private", REVISION, private=True))
    assert (export({"model": {"token": HUB_TOKEN}}, model=_hf(hub, "acme/private")) / "quality.json").is_file()


@pytest.mark.parametrize(
    ("token", "seen"),
    [(None, "no token was given"), ("hf_wrong-token-42", "the token in use gives no access")],
)
def test_private_repository_without_access(token: str | None, seen: str, export: Export, hub: Hub) -> None:
    hub.repository("acme/private", REVISION, private=True)
    credentials = {} if token is None else {"model": {"token": token}}
    with pytest.raises(SourceAccessDenied, match=f"HTTP 401: .*{seen}") as error:
        export(credentials, model=_hf(hub, "acme/private"))
    assert token is None or token not in str(error.value)


def test_each_role_has_a_credential_of_its_own(checkpoint: Checkpoint, export: Export, hub: Hub) -> None:
    checkpoint("bert", hub.repository("acme/sentiment", REVISION))
    checkpoint("bert", hub.repository("base/tokenizer", REVISION, private=True))
    sources = {"model": _hf(hub, "acme/sentiment"), "tokenizer": _hf(hub, "base/tokenizer")}
    with pytest.raises(SourceAccessDenied, match=r"hf:base/tokenizer@.*no token was given"):
        export({"model": {"token": HUB_TOKEN}}, **sources)


def test_tokenizer_with_its_own_token(checkpoint: Checkpoint, export: Export, hub: Hub) -> None:
    checkpoint("bert", hub.repository("acme/sentiment", REVISION))
    checkpoint("bert", hub.repository("base/tokenizer", REVISION, private=True))
    sources = {"model": _hf(hub, "acme/sentiment"), "tokenizer": _hf(hub, "base/tokenizer")}
    assert (export({"tokenizer": {"token": HUB_TOKEN}}, **sources) / "quality.json").is_file()


def test_credential_of_another_kind(export: Export, hub: Hub) -> None:
    with pytest.raises(SourceAccessDenied, match="has password and username, and the Hub takes a token") as error:
        export({"model": {"username": "robot", "password": "p4ss"}}, model=_hf(hub, "acme/private"))
    assert "p4ss" not in str(error.value)
    assert "robot" not in str(error.value)


def test_token_that_no_header_can_carry_is_not_shown(export: Export, hub: Hub) -> None:
    with pytest.raises(SourceAccessDenied, match="characters that no token has") as error:
        export({"model": {"token": "hf_two\nlines"}}, model=_hf(hub, "acme/private"))
    assert "hf_two" not in str(error.value)


def test_unknown_revision(export: Export, hub: Hub) -> None:
    hub.repository("acme/sentiment", REVISION)
    with pytest.raises(SourceNotFound, match=f"hf:acme/sentiment@{'f' * 40} at http.*: HTTP 404"):
        export(model=_hf(hub, "acme/sentiment", "f" * 40))


def test_repository_without_weights(checkpoint: Checkpoint, export: Export, hub: Hub) -> None:
    (checkpoint("bert", hub.repository("acme/empty", REVISION)) / "model.safetensors").unlink()
    with pytest.raises(SourceFileMissing, match=f"hf:acme/empty@{REVISION}: has no PyTorch weights"):
        export(model=_hf(hub, "acme/empty"))


def test_pointer_instead_of_the_file(checkpoint: Checkpoint, export: Export, hub: Hub) -> None:
    folder = checkpoint("bert", hub.repository("acme/mirror", REVISION))
    (folder / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(LfsPointer):
        export(model=_hf(hub, "acme/mirror"))


def test_nobody_answers(export: Export) -> None:
    # Port 9 of the loopback interface: discard, which no machine of today serves.
    source = {"hf": {"id": "acme/x", "revision": REVISION, "endpoint": "http://127.0.0.1:9"}}
    with pytest.raises(SourceUnreachable, match=r"at http://127\.0\.0\.1:9: no usable answer"):
        export(model=source)


@pytest.mark.parametrize("private", [True, False])
def test_token_is_in_no_output_and_no_file(private: bool, checkpoint: Checkpoint, hub: Hub, tmp_path: Path) -> None:
    """The endpoint comes from HF_ENDPOINT here, as a user of the hub client would set it."""
    name = "acme/private" if private else "acme/gone"
    if private:
        checkpoint("bert", hub.repository(name, REVISION, private=True))
    spec, fetched, out = (tmp_path / name for name in ("spec.json", "fetched", "out"))
    spec.write_text(json.dumps({"model": {"hf": {"id": name, "revision": REVISION}}}))

    def bert_exporter(command: str, *arguments: Path | str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bert_exporter", command, "--spec", spec, "--fetched", fetched, *arguments],
            env={**os.environ, "HF_ENDPOINT": hub.endpoint, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    done = bert_exporter("fetch", MODEL_CREDENTIAL=json.dumps({"token": HUB_TOKEN}))
    assert done.returncode == (0 if private else 11), done.stderr
    assert HUB_TOKEN not in done.stdout + done.stderr
    if private:
        exported = bert_exporter("export", "--sources", tmp_path, "--out", out)
        assert exported.returncode == 0, exported.stderr
        assert (out / "quality.json").is_file()
    for file in (*fetched.rglob("*"), *out.rglob("*")):
        assert file.is_dir() or HUB_TOKEN.encode() not in file.read_bytes()


class _Hostile:
    """Pickled, it makes a folder when it is loaded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.folder),)


def test_what_is_fetched_is_not_loaded_beside_the_credential(hub: Hub, tmp_path: Path) -> None:
    folder, fetched = hub.repository("acme/hostile", REVISION, private=True), tmp_path / "fetched"
    weights = pickle.dumps(_Hostile(tmp_path / "loaded"))
    (folder / "pytorch_model.bin").write_bytes(weights)
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_text("{")
    (tmp_path / "spec.json").write_text(json.dumps({"model": _hf(hub, "acme/hostile")}))
    program = """if True:
        import sys
        from bert_exporter.__main__ import main
        assert main(sys.argv[1:]) == 0
        assert not {"torch", "transformers"} & sys.modules.keys(), "what could load it is there"
    """
    done = subprocess.run(
        [sys.executable, "-c", program, "fetch", "--spec", tmp_path / "spec.json", "--fetched", fetched],
        env={**os.environ, "MODEL_CREDENTIAL": json.dumps({"token": HUB_TOKEN})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (fetched / "model" / "pytorch_model.bin").read_bytes() == weights
    assert not (tmp_path / "loaded").exists()
