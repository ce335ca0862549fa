"""Tiny random classifiers of each family that the exporter promises to take.

Real architectures with real tokenizers of their kind, only small: made in a second, exported in another. In: a
folder. Out: a checkpoint in it, as save_pretrained() writes it; the sentencepiece ones without a tokenizer.json, as
transformers 4 wrote many, so that one is made.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bert_exporter.texts import TEXTS

LABELS = {0: "negative", 1: "neutral", 2: "positive"}
# Small enough to be quick, and different from the 512 that would hide a mistake.
POSITIONS = 64

_SIZE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
_TYPES = ["input_ids", "attention_mask", "token_type_ids"]
_NO_TYPES = ["input_ids", "attention_mask"]


@dataclass(frozen=True)
class Family:
    """Attributes:
    make: writes a checkpoint into a folder; keyword arguments go into the model's config.
    inputs: what its ONNX graph takes.
    pad: its padding id.
    """

    make: Callable[..., None]
    inputs: list[str]
    pad: int


def wordpiece(folder: Path, **options: Any) -> Any:
    """A BERT tokenizer over the characters of the built-in texts."""
    from transformers import BertTokenizerFast

    characters = sorted({character for text in TEXTS for character in text if not character.isspace()})
    characters += sorted({c.lower() for c in characters} - set(characters))
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *(f"##{c}" for c in characters)]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "vocab.txt"
    file.write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    tokenizer = BertTokenizerFast(str(file), model_max_length=POSITIONS, **options)
    tokenizer.save_pretrained(folder)
    return tokenizer


def _byte_level(folder: Path, kind: str) -> Any:
    import transformers
    from tokenizers import ByteLevelBPETokenizer

    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    if kind.startswith("Deberta"):
        specials = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"]
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(TEXTS, vocab_size=400, special_tokens=specials)
    folder.mkdir(parents=True, exist_ok=True)
    trained.save_model(str(folder))
    tokenizer = getattr(transformers, kind)(str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer.save_pretrained(folder)
    return tokenizer


def _sentencepiece(folder: Path, kind: str, file: str) -> Any:
    import sentencepiece
    import transformers

    folder.mkdir(parents=True, exist_ok=True)
    pieces: dict[str, Any] = {"bos_piece": "<s>", "eos_piece": "</s>"}
    if kind != "XLMRobertaTokenizer":
        pieces = {"bos_id": -1, "eos_id": -1, "pad_id": 0, "unk_id": 1}
        pieces["user_defined_symbols"] = ["[CLS]", "[SEP]", "[MASK]"]
        pieces["pad_piece"] = "<pad>" if kind == "AlbertTokenizer" else "[PAD]"
        pieces["unk_piece"] = "<unk>" if kind == "AlbertTokenizer" else "[UNK]"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS * 20),
        model_prefix=str(folder / "spiece"),
        vocab_size=500,
        character_coverage=1.0,
        hard_vocab_limit=False,
        minloglevel=2,
        **pieces,
    )
    (folder / "spiece.vocab").unlink()
    (folder / "spiece.model").rename(folder / file)
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": kind}), encoding="utf-8")
    return getattr(transformers, kind).from_pretrained(folder)


def save_model(folder: Path, architecture: str, **config: Any) -> Any:
    """A random classifier of an architecture ("Bert", "Roberta", …), saved into the folder."""
    import torch
    import transformers

    torch.manual_seed(7)
    chosen = {**_SIZE, "max_position_embeddings": POSITIONS, "id2label": LABELS, **config}
    settings = getattr(transformers, f"{architecture}Config")(**chosen)
    model = getattr(transformers, f"{architecture}ForSequenceClassification")(settings)
    with torch.no_grad():
        # Random heads give logits near 0, and differences would hide below the gate; biases of 0 would be left out.
        # What is never trained is no matter of chance (the sines of RoFormer).
        for parameter in filter(lambda parameter: parameter.requires_grad, model.parameters()):
            if parameter.dim() > 1:
                parameter.mul_(8)
            else:
                parameter.add_(torch.randn_like(parameter) / 8)
    model.eval().save_pretrained(folder)
    return model


def _bert(folder: Path, **config: Any) -> None:
    save_model(folder, "Bert", vocab_size=len(wordpiece(folder)), **config)


def _distilbert(folder: Path, **config: Any) -> None:
    sizes = {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}
    save_model(folder, "DistilBert", vocab_size=len(wordpiece(folder)), **sizes, **config)
    # The class a DistilBERT checkpoint really names.
    edit_json(folder / "tokenizer_config.json", tokenizer_class="DistilBertTokenizer")


def _electra(folder: Path, **config: Any) -> None:
    save_model(folder, "Electra", vocab_size=len(wordpiece(folder)), embedding_size=16, **config)


def _roberta(folder: Path, **config: Any) -> None:
    tokenizer = _byte_level(folder, "RobertaTokenizerFast")
    positions = {"max_position_embeddings": POSITIONS + 2, "type_vocab_size": 1}
    save_model(folder, "Roberta", vocab_size=len(tokenizer), **{**positions, **config})


def _xlm_roberta(folder: Path, **config: Any) -> None:
    tokenizer = _sentencepiece(folder, "XLMRobertaTokenizer", "sentencepiece.bpe.model")
    positions = {"max_position_embeddings": POSITIONS + 2, "type_vocab_size": 1}
    save_model(folder, "XLMRoberta", vocab_size=len(tokenizer), **positions, **config)


def _albert(folder: Path, **config: Any) -> None:
    tokenizer = _sentencepiece(folder, "AlbertTokenizer", "spiece.model")
    # Weights so large that torch's exporter leaves them to be transposed in every run.
    sizes = {"embedding_size": 16, "hidden_size": 64}
    save_model(folder, "Albert", vocab_size=len(tokenizer), **sizes, **config)


def _deberta(folder: Path, **config: Any) -> None:
    tokenizer = _byte_level(folder, "DebertaTokenizerFast")
    attention = {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "pad_token_id": 1}
    save_model(folder, "Deberta", vocab_size=len(tokenizer), type_vocab_size=0, **attention, **config)


def _deberta_v2(folder: Path, **config: Any) -> None:
    tokenizer = _sentencepiece(folder, "DebertaV2Tokenizer", "spm.model")
    attention = {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_buckets": 16}
    sizes = {"vocab_size": len(tokenizer), "type_vocab_size": 0, "position_biased_input": False}
    save_model(folder, "DebertaV2", **sizes, **attention, **config)


def _mpnet(folder: Path, **config: Any) -> None:
    positions = {"max_position_embeddings": POSITIONS + 2}
    save_model(folder, "MPNet", vocab_size=len(wordpiece(folder)), **positions, **config)


def _modernbert(folder: Path, **config: Any) -> None:
    tokens = {"pad_token_id": 0, "cls_token_id": 2, "bos_token_id": 2, "sep_token_id": 3, "eos_token_id": 3}
    attention = {"global_attn_every_n_layers": 2, "local_attention": 16}
    save_model(folder, "ModernBert", vocab_size=len(wordpiece(folder)), **tokens, **attention, **config)


def _nomic_bert(folder: Path, **config: Any) -> None:
    save_model(folder, "NomicBert", vocab_size=len(wordpiece(folder)), **config)


def _roformer(folder: Path, **config: Any) -> None:
    save_model(folder, "RoFormer", vocab_size=len(wordpiece(folder)), **config)


FAMILIES = {
    "bert": Family(_bert, _TYPES, 0),
    "distilbert": Family(_distilbert, _NO_TYPES, 0),
    "electra": Family(_electra, _TYPES, 0),
    "roberta": Family(_roberta, _NO_TYPES, 1),
    "xlm-roberta": Family(_xlm_roberta, _NO_TYPES, 1),
    "albert": Family(_albert, _TYPES, 0),
    "deberta": Family(_deberta, _NO_TYPES, 1),
    "deberta-v2": Family(_deberta_v2, _NO_TYPES, 0),
    "mpnet": Family(_mpnet, _NO_TYPES, 1),
    "modernbert": Family(_modernbert, _NO_TYPES, 0),
    "nomic-bert": Family(_nomic_bert, _TYPES, 0),
    "roformer": Family(_roformer, _TYPES, 0),
}


def edit_json(path: Path, **fields: object) -> None:
    """Sets fields of a JSON file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, **fields}), encoding="utf-8")
