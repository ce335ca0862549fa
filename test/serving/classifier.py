"""A small real classifier, made without torch: what bert_exporter writes, in a tenth of a second. In: what kind. Out: a
folder with model.onnx, tokenizer.json, model.json, proof.json.

Token embeddings → mean over the tokens that are not padding → linear. The weights are honest: each known word speaks
for one label, so a test can say in words what the answer must be, and a truncated text can be told from another."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from bert_tasks.proof import Proof, answered, write_proof

LABELS = ["neutral", "distress", "joy"]
WORDS = {
    "neutral": ["report", "table", "meeting", "отчёт", "стол"],
    "distress": ["help", "lost", "afraid", "помогите", "мне", "страшно"],
    "joy": ["love", "great", "happy", "люблю", "спасибо", "😀"],
}
# What the proof is about; the last two say nothing, and so no label leads.
PROVEN = [
    "HELP me, I am LOST",
    "I love it",
    "great, happy",
    "Спасибо",
    "the report is on the table",
    "so it goes " * 10,
    "so it goes",
]
GATE = 1e-3
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
MAX_LENGTH = 16
OPSET = 18


def write_classifier(
    folder: Path,
    token_types: bool = True,
    activation: str = "softmax",
    task: str = "textClassification",
    shift: float = 0,
    split: bool = False,
) -> Path:
    """`token_types`: whether the graph asks for token_type_ids, as BERT does and RoBERTa and DistilBERT do not.
    `split`: with the weights in a file of their own, as the exporter writes a model of more than 2 GiB.
    `shift`: what is added to each logit."""
    folder.mkdir(parents=True)
    inputs = ["input_ids", "attention_mask", *(["token_type_ids"] if token_types else [])]
    _tokenizer().save(str(folder / "tokenizer.json"))
    onnx.save(_graph(inputs, shift), str(folder / "model.onnx"))
    facts = {
        "inputs": inputs,
        "labels": LABELS,
        "maxLength": MAX_LENGTH,
        "padTokenId": 0,
        "task": task,
        "activation": activation,
        "source": {"model": "test/serving/classifier.py", "tokenizer": "test/serving/classifier.py"},
    }
    (folder / "model.json").write_text(json.dumps(facts), encoding="utf-8")
    write_proof(folder / "proof.json", _proof(folder, inputs, task, activation))
    if split:
        _split(folder / "model.onnx")
    return folder


def _split(file: Path) -> None:
    graph = onnx.load(file)
    file.unlink()
    file.mkdir()
    onnx.save(graph, file / "model.onnx", save_as_external_data=True, location="model.onnx.data", size_threshold=64)


def _proof(folder: Path, inputs: list[str], task: str, activation: str) -> Proof:
    tokenizer = _tokenizer()
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_LENGTH)
    ids = [tokenizer.encode(text).ids for text in PROVEN]
    session = InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    feeds = [{name: np.full((1, len(row)), name == "attention_mask", dtype=np.int64) for name in inputs} for row in ids]
    for row, feed in zip(ids, feeds, strict=True):
        feed["input_ids"][0] = row
    logits = np.concatenate([session.run(None, feed)[0] for feed in feeds])
    said = answered(task, activation, LABELS, logits)
    return Proof(GATE, task, activation, LABELS, PROVEN, ids, logits, said)


def _vocabulary() -> list[str]:
    return SPECIAL + [word for label in LABELS for word in WORDS[label]]


def _tokenizer() -> Tokenizer:
    vocabulary = {token: index for index, token in enumerate(_vocabulary())}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", SPECIAL.index("[CLS]")), ("[SEP]", SPECIAL.index("[SEP]"))]
    )
    # As many published files do; the server must switch it off.
    tokenizer.enable_padding(length=128, pad_id=0, pad_token="[PAD]")
    return tokenizer


def _graph(inputs: list[str], shift: float) -> onnx.ModelProto:
    vocabulary = _vocabulary()
    embeddings = np.full((len(vocabulary), 4), 0.1, dtype=np.float32)
    for index, token in enumerate(vocabulary):
        for place, label in enumerate(LABELS):
            if token in WORDS[label]:
                embeddings[index, place] = 3
    # Padding that is not masked would be loud, so a test would hear it.
    embeddings[SPECIAL.index("[PAD]")] = 50
    weights = np.vstack([np.eye(3, dtype=np.float32) * 2, np.zeros((1, 3), dtype=np.float32)])
    bias = np.array([0.05, 0, 0], dtype=np.float32) + np.float32(shift)
    constants = {
        "embeddings": embeddings,
        "types": np.array([[0, 0, 0, 0], [9, 9, 9, 9]], dtype=np.float32),
        "weights": weights,
        "bias": bias,
        "last": np.array([2]),
        "tokens": np.array([1]),
    }
    nodes = [helper.make_node("Gather", ["embeddings", "input_ids"], ["words"])]
    summed = "words"
    if "token_type_ids" in inputs:
        nodes += [
            helper.make_node("Gather", ["types", "token_type_ids"], ["kinds"]),
            helper.make_node("Add", ["words", "kinds"], ["summed"]),
        ]
        summed = "summed"
    nodes += [
        helper.make_node("Cast", ["attention_mask"], ["mask2"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask2", "last"], ["mask"]),
        helper.make_node("Mul", [summed, "mask"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "tokens"], ["total"], keepdims=0),
        helper.make_node("ReduceSum", ["mask", "tokens"], ["count"], keepdims=0),
        helper.make_node("Div", ["total", "count"], ["mean"]),
        helper.make_node("Gemm", ["mean", "weights", "bias"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "classifier",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"]) for name in inputs],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(LABELS)])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(model)
    return model
