"""Promise: credentials reach the fetch alone, and nothing that it prints shows one."""

import base64
import json
import sys
import traceback
from pathlib import Path

import pytest

from bert_exporter.__main__ import main
from bert_exporter.credentials import refuse_credentials, take_credentials
from bert_exporter.errors import CredentialError, SourceError
from bert_exporter.fetching import fetch
from bert_exporter.masking import masked_output

_TOKEN = "hf_Zq7SecretValue"
_VARIABLES = ("MODEL_CREDENTIAL", "TOKENIZER_CREDENTIAL")


def test_each_is_taken_out_of_the_environment() -> None:
    environment = {"MODEL_CREDENTIAL": json.dumps({"token": _TOKEN}), "TOKENIZER_CREDENTIAL": "", "PATH": "/bin"}
    assert take_credentials(environment) == {"model": {"token": _TOKEN}}
    assert environment == {"PATH": "/bin"}


@pytest.mark.parametrize(
    "text", [_TOKEN, f'"{_TOKEN}"', f'["{_TOKEN}"]', "{}", '{"token": 3}', f'{{"token": "{_TOKEN}"']
)
def test_another_form_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(CredentialError, match="TOKENIZER_CREDENTIAL: is no JSON object of texts") as error:
        take_credentials({"TOKENIZER_CREDENTIAL": text})
    assert _TOKEN not in "".join(traceback.format_exception(error.value))


@pytest.mark.parametrize("variable", _VARIABLES)
def test_no_export_beside_one(
    variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv(variable, json.dumps({"token": _TOKEN}))
    names = ("spec", "fetched", "sources", "out")
    places = [argument for name in names for argument in (f"--{name}", str(tmp_path / name))]
    assert main(["export", *places]) == 1
    said = capsys.readouterr().err
    assert f"error: {variable}: is set where a checkpoint is going to be loaded" in said
    assert _TOKEN not in said
    refuse_credentials({variable: ""})


def test_a_folder_with_an_earlier_fetch_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps({"model": {"local": {}}}))
    (tmp_path / "fetched" / "model").mkdir(parents=True)
    with pytest.raises(SourceError, match="fetched: is not empty"):
        fetch(tmp_path / "spec.json", tmp_path / "fetched", {}, say=lambda _: None)


@pytest.mark.parametrize("secret", [_TOKEN, 'a "b" c', "ключ", "a/b+c=", "back\\slash"])
def test_every_way_to_write_a_secret_is_masked(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    from urllib.parse import quote

    basic = base64.b64encode(f"robot:{secret}".encode()).decode()
    forms = [secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret), quote(secret, safe=""), basic]
    with masked_output() as mask:
        mask.hide([{"username": "robot", "password": secret}])
        for form in forms:
            print(f"robot <{form}>")
    assert capsys.readouterr().out == "robot <***>\n" * len(forms)


def test_a_secret_in_pieces_and_one_without_a_line_end_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    with masked_output() as mask:
        mask.hide([{"token": _TOKEN}, {"token": _TOKEN[:6]}])
        print(_TOKEN[:8], end="", flush=True)
        print(f"{_TOKEN[8:]}, {_TOKEN[:6]}")
        sys.stderr.write(f"at the end {_TOKEN}")
    assert capsys.readouterr() == ("***, ***\n", "at the end ***")


def test_a_traceback_is_masked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"header of {_TOKEN}")

    monkeypatch.setenv("MODEL_CREDENTIAL", json.dumps({"token": _TOKEN}))
    monkeypatch.setattr("bert_exporter.__main__.fetch", broken)
    assert main(["fetch", "--spec", str(tmp_path / "spec.json"), "--fetched", str(tmp_path)]) == 1
    assert "RuntimeError: header of ***" in capsys.readouterr().err
