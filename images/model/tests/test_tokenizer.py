"""Promise: tokenizer.json is the original tokenizer, whatever its form; one that does not fit is refused."""

import json
import unicodedata
from pathlib import Path

import pytest

from bert_exporter.errors import TokenizerError, TokenizerMismatch, VocabularyTooLarge
from bert_exporter.panics import panics_told
from bert_exporter.texts import TEXTS
from bert_exporter.tokenizer import Tokenizers, load_tokenizers, prove_equal, warnings_of
from conftest import Checkpoint, Export
from families import POSITIONS, edit_json, wordpiece


@pytest.mark.parametrize(
    ("family", "file"),
    [("xlm-roberta", "sentencepiece.bpe.model"), ("albert", "spiece.model"), ("deberta-v2", "spm.model")],
)
def test_model_of_sentencepiece_alone_cuts_as_sentencepiece(
    family: str, file: str, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    from sentencepiece import SentencePieceProcessor

    folder = checkpoint(family, tmp_path / "model")
    assert not (folder / "tokenizer.json").exists()
    tokenizers = load_tokenizers(folder, "tokenizer", None)
    reference = SentencePieceProcessor(model_file=str(folder / file))
    for text in TEXTS:
        given = _as_albert_takes_it(text) if family == "albert" else text
        pieces = [reference.id_to_piece(index) for index in reference.encode(given)]
        ids = tokenizers.shipped.encode(text).ids[1:-1]
        assert [tokenizers.shipped.id_to_token(index) for index in ids] == pieces
    assert prove_equal(tokenizers, POSITIONS, "tokenizer") > 20


def _as_albert_takes_it(text: str) -> str:
    """Without marks that combine; as transformers 4 did, and ALBERT's authors."""
    decomposed = unicodedata.normalize("NFKD", " ".join(text.split()))
    return "".join(character for character in decomposed if not unicodedata.combining(character)).lower()


def test_another_tokenizer_is_noticed(tmp_path: Path) -> None:
    wordpiece(tmp_path / "lower", do_lower_case=True)
    wordpiece(tmp_path / "cased", do_lower_case=False)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    lower = load_tokenizers(tmp_path / "lower", "lower", None)
    cased = load_tokenizers(tmp_path / "cased", "cased", None)
    with pytest.raises(TokenizerMismatch, match="gives other ids than the original for the built-in text 'I love it'"):
        prove_equal(Tokenizers(lower.original, cased.shipped), POSITIONS, "tokenizer")


def test_left_side_truncation_is_noticed(tmp_path: Path) -> None:
    wordpiece(tmp_path / "left", truncation_side="left")
    with pytest.raises(TokenizerMismatch, match="when truncated to 64 tokens"):
        prove_equal(load_tokenizers(tmp_path / "left", "left", None), POSITIONS, "left")


def test_options_beside_tokenizer_json_are_kept(tmp_path: Path) -> None:
    """transformers applies do_lower_case of tokenizer_config.json on top of tokenizer.json."""
    folder = tmp_path / "tokenizer"
    wordpiece(folder, do_lower_case=False)
    config = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps({**config, "do_lower_case": True}))
    tokenizers = load_tokenizers(folder, "tokenizer", None)
    assert tokenizers.shipped.encode("LOVE").ids == tokenizers.shipped.encode("love").ids
    prove_equal(tokenizers, POSITIONS, "tokenizer")


def test_what_tokenizer_json_does_besides_is_kept(tmp_path: Path) -> None:
    """transformers 5 makes a BERT's tokenizer anew from the vocabulary; the file is what the model was trained with."""
    folder = tmp_path / "tokenizer"
    wordpiece(folder)
    content = json.loads((folder / "tokenizer.json").read_text())
    turkish = {"type": "Replace", "pattern": {"String": "I"}, "content": "ı"}
    steps = {"type": "Sequence", "normalizers": [turkish, content["normalizer"]]}
    edit_json(folder / "tokenizer.json", normalizer=steps)
    tokenizers = load_tokenizers(folder, "tokenizer", None)
    assert tokenizers.shipped.encode("I").ids == tokenizers.shipped.encode("ı").ids
    prove_equal(tokenizers, POSITIONS, "tokenizer")


@pytest.mark.parametrize(
    "written",
    [{"tokenizer_class": "TokenizersBackend", "backend": "tokenizers"}, {"extra_special_tokens": ["[X]", "[Y]"]}],
)
def test_saved_by_transformers_5(written: dict[str, object], tmp_path: Path) -> None:
    folder = tmp_path / "tokenizer"
    wordpiece(folder)
    edit_json(folder / "tokenizer_config.json", **written)
    tokenizers = load_tokenizers(folder, "tokenizer", None)
    assert tokenizers.shipped.encode("x").tokens == ["[CLS]", "x", "[SEP]"]
    prove_equal(tokenizers, POSITIONS, "tokenizer")


@pytest.mark.parametrize(
    ("tokens", "lower"),
    [(["\u200c"], False), (["aaaa", "\u200c"], False), (["\ufe0f"], True), (["\u00ad", "\ufeff"], False)],
)
def test_an_added_token_of_which_the_normalizer_leaves_nothing(tokens: list[str], lower: bool, tmp_path: Path) -> None:
    """Whatever encodes a text with it panics, or takes memory without end."""
    folder = tmp_path / "tokenizer"
    tokenizer = wordpiece(folder, do_lower_case=lower)
    tokenizer.add_tokens(tokens)
    tokenizer.save_pretrained(folder)
    with pytest.raises(TokenizerError, match="its normalizer leaves nothing of the added token") as refused:
        load_tokenizers(folder, "tokenizer", None)
    assert ascii(tokens[-1]) in str(refused.value)
    assert "aaaa" not in str(refused.value)


def test_an_added_token_that_is_found_as_it_comes(tmp_path: Path) -> None:
    from tokenizers import AddedToken

    folder = tmp_path / "tokenizer"
    tokenizer = wordpiece(folder, do_lower_case=False)
    tokenizer.add_tokens([AddedToken("\u200c", normalized=False), "brandnew"])
    tokenizer.save_pretrained(folder)
    tokenizers = load_tokenizers(folder, "tokenizer", None)
    added = tokenizers.shipped.token_to_id("\u200c")
    assert added in tokenizers.shipped.encode("I\u200cx").ids
    prove_equal(tokenizers, POSITIONS, "tokenizer")


def test_a_panic_is_told() -> None:
    class PanicException(BaseException):
        pass

    with pytest.raises(TokenizerError, match="its code panics at a text: bad split"), panics_told("tokenizer"):
        raise PanicException("bad split")
    with pytest.raises(KeyboardInterrupt), panics_told("tokenizer"):
        raise KeyboardInterrupt


def test_no_special_tokens_around_a_text(tmp_path: Path) -> None:
    folder = tmp_path / "tokenizer"
    wordpiece(folder)
    assert warnings_of(load_tokenizers(folder, "tokenizer", None).shipped) == []
    edit_json(folder / "tokenizer.json", post_processor=None)
    (warning,) = warnings_of(load_tokenizers(folder, "tokenizer", None).shipped)
    assert "puts no special token" in warning


def test_padding_and_truncation_of_the_original_are_dropped(
    checkpoint: Checkpoint, export: Export, tmp_path: Path
) -> None:
    from tokenizers import Tokenizer

    file = str(checkpoint("bert", tmp_path / "sources" / "model") / "tokenizer.json")
    padding = Tokenizer.from_file(file)
    padding.enable_padding(length=32)
    padding.enable_truncation(32)
    padding.save(file)
    shipped = Tokenizer.from_file(str(export() / "model" / "tokenizer.json"))
    assert len(shipped.encode("x").ids) == 3
    assert len(shipped.encode("x " * 100).ids) == 102


def test_ids_beyond_the_embedding(checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    checkpoint("bert", tmp_path / "sources" / "model")
    wordpiece(tmp_path / "sources" / "tokenizer", additional_special_tokens=["[EXTRA]"])
    with pytest.raises(VocabularyTooLarge, match=r"gives ids up to \d+ \('\[EXTRA\]'\), but the model's embedding has"):
        export(tokenizer={"local": {}})


def test_vocabulary_alone_is_enough_for_the_models_own_family(
    checkpoint: Checkpoint, export: Export, tmp_path: Path
) -> None:
    model = checkpoint("bert", tmp_path / "sources" / "model")
    tokenizer = tmp_path / "sources" / "tokenizer"
    tokenizer.mkdir()
    (model / "vocab.txt").rename(tokenizer / "vocab.txt")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (model / name).unlink()
    assert (export(tokenizer={"local": {}}) / "model" / "tokenizer.json").is_file()


def test_damaged_tokenizer_json(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "model")
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(TokenizerError, match="tokenizer local: cannot be loaded"):
        load_tokenizers(folder, "tokenizer local", None)


def test_vocabulary_without_an_unknown_token(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "model")
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.txt").write_text("")
    with pytest.raises(TokenizerError, match=r"cannot encode a text: .*UNK"):
        load_tokenizers(folder, "tokenizer local", None)


def test_a_limit_that_leaves_no_room_for_text(checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "sources" / "model")
    edit_json(folder / "tokenizer_config.json", model_max_length=2)
    with pytest.raises(TokenizerError, match="model_max_length is 2"):
        export()
