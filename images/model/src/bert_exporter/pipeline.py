"""The export from end to end; to be read as a table of contents.

In: a spec, the folders in which its sources lie (fetching.py), the folder for the result. Out: the files of `report`,
proof.json, and what there is to say of them; or an ExportError and no file.
"""

import tempfile
from pathlib import Path

from bert_exporter import parity
from bert_exporter.checkpoint import check_folder
from bert_exporter.errors import SourceFileMissing, TokenizerError
from bert_exporter.export import export_onnx
from bert_exporter.graph import check_graph
from bert_exporter.labels import labels_by_class
from bert_exporter.model import Original, load_model
from bert_exporter.panics import panics_told
from bert_exporter.proof import prove
from bert_exporter.report import ModelFacts, write_result
from bert_exporter.spec import ExportSpec
from bert_exporter.steps import Say, step
from bert_exporter.storage import Places, Role, Source
from bert_exporter.texts import TEXTS, long_texts
from bert_exporter.tokenizer import (
    Tokenizers,
    check_vocabulary,
    load_tokenizers,
    prove_equal,
    text_limit,
    warnings_of,
)
from bert_exporter.verdict import Warned
from bert_tasks.proof import FILE, write_proof


def run(spec: ExportSpec, places: Places, out: Path, say: Say) -> list[Warned]:
    """Exports one model.

    Args:
        spec: what to export.
        places: where the files of its sources lie.
        out: where the result goes.
        say: takes one line for each step done.
    Returns:
        What a user is to know of the model.
    Raises:
        ExportError: when anything is wrong; nothing is written then.
    """
    model_name = f"model {spec.model.describe()}"
    model_folder = _folder_of(spec.model, "model", places)
    tokenizer_source = spec.tokenizer or spec.model
    tokenizer_name = f"tokenizer {tokenizer_source.describe()}"
    tokenizer_folder = model_folder if spec.tokenizer is None else _folder_of(spec.tokenizer, "tokenizer", places)
    check_folder(model_folder, "model")
    check_folder(tokenizer_folder, "tokenizer")

    with step(say, "loaded the original model"):
        original = load_model(model_folder, model_name, spec.task)
    labels = labels_by_class(original.id2label, original.classes, f"id2label of {model_name}")
    with step(say, "made tokenizer.json, equal to the original tokenizer"), panics_told(tokenizer_name):
        tokenizers = load_tokenizers(tokenizer_folder, tokenizer_name, original.model.config)
        check_vocabulary(tokenizers.shipped, original.embedding_rows, tokenizer_name)
        max_length = min(original.max_length, text_limit(tokenizers.original, tokenizer_name))
        prove_equal(tokenizers, max_length, tokenizer_name)
    pad = _pad_token_id(original, tokenizers, tokenizer_name)

    with tempfile.TemporaryDirectory(prefix="bert-export-") as scratch:
        with step(say, "exported to ONNX"):
            graph = export_onnx(original, model_name, Path(scratch))
        figures, inputs = verify(graph, original, tokenizers, pad, max_length, model_name, spec.max_logit_difference)
        say(f"logits differ by at most {figures.max_logit_difference:.1e} over {figures.texts} texts")

        facts = ModelFacts(
            inputs=inputs,
            labels=labels,
            max_length=max_length,
            pad_token_id=pad,
            task=spec.task,
            activation=original.activation,
            model_source=spec.model.describe(),
            tokenizer_source=tokenizer_source.describe(),
        )
        proof = prove(original, tokenizers.original, labels, max_length, spec.max_logit_difference)
        write_result(out, graph, tokenizers.shipped, facts, figures, spec.max_logit_difference)
        write_proof(out / "model" / FILE, proof)
    of_tokenizer = "model" if spec.tokenizer is None else "tokenizer"
    return [*original.warnings, *(Warned(of_tokenizer, text) for text in warnings_of(tokenizers.shipped))]


def verify(
    graph: Path, original: Original, tokenizers: Tokenizers, pad: int, max_length: int, name: str, gate: float
) -> tuple[parity.Parity, list[str]]:
    """Holds an ONNX graph against the original: names, axes, shapes, then values.

    Returns:
        The figures and the graph's inputs.
    Raises:
        GraphError, ParityError: when it is not the same model.
    """
    from onnxruntime import InferenceSession

    session = InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    inputs = check_graph(session, original.classes, name)
    shipped, together = tokenizers.shipped, min(max_length, parity.TOGETHER)
    longest = long_texts(lambda text: len(shipped.encode(text).ids), together)
    texts = parity.encode_all(shipped, (*TEXTS, *longest), together)
    # Beyond that, one text by itself, as long as there is room for.
    alone = min(max_length, parity.longest_alone(original))
    very_long = parity.encode_all(shipped, (longest[1] * (alone // together + 1),), alone) if alone > together else []
    figures = parity.compare(original, session, inputs, texts, pad, very_long)
    parity.check_gate(figures, gate, name)
    return figures, inputs


def _folder_of(source: Source, role: Role, places: Places) -> Path:
    folder = source.folder(role, places)
    if not folder.is_dir():
        raise SourceFileMissing(
            "no such folder",
            where=str(folder),
            remedy=f"put the files of a local {role} there; those of any other come there by the command `fetch`",
        )
    return folder


def _pad_token_id(original: Original, tokenizers: Tokenizers, name: str) -> int:
    """The model's own id first: RoBERTa and its kin find the positions of a text by it."""
    candidates = (original.pad_token_id, tokenizers.original.pad_token_id, 0)
    pad = next(candidate for candidate in candidates if candidate is not None)
    if not 0 <= pad < original.embedding_rows:
        raise TokenizerError(
            f"the padding id is {pad}, but the model's embedding has {original.embedding_rows} rows",
            where=name,
            remedy="a pad_token_id in config.json that the model has an embedding for",
        )
    return int(pad)
