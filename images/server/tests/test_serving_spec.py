"""What a deployment asks for is held against what the model is; all problems come at once, with place and remedy."""

import math
from typing import Any

import pytest

from fitting import MULTI_LABEL, OF_MULTI_LABEL, Read
from triton_repository.errors import InvalidInput, Problem


def test_defaults_come_from_the_model(read: Read) -> None:
    serving = read()
    assert serving.max_length == 512
    assert serving.labels == ("neutral", "distress")
    assert serving.examples[0].min_score == 0.9


def test_the_deployment_may_rename_labels_and_shorten_texts(read: Read) -> None:
    serving = read(labels={"1": "тревога", "0": "ничего"}, maxLength=64, examples=[])
    assert serving.labels == ("ничего", "тревога")
    assert serving.max_length == 64


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"apiName": "model_onnx"}, 'apiName is "model_onnx", the name of a model behind the public one'),
        ({"apiName": "a/b"}, "apiName must be letters, digits"),
        ({"apiName": "../x"}, "apiName must be letters, digits"),
        (
            {"maxLength": 513},
            "maxLength is 513, but model and tokenizer take 512 tokens at most; lower it to 512 or less",
        ),
        (
            {"model": {"maxLength": 4096}, "maxLength": 8192},
            "maxLength is 8192, but model and tokenizer take 4096 tokens at most",
        ),
        ({"maxLength": 3}, "maxLength must be from 8 to 8192 tokens, got 3"),
        ({"model": {"maxLength": 100_000}, "maxLength": 8193}, "maxLength must be from 8 to 8192 tokens, got 8193"),
        ({"maxBatchSize": 0}, "maxBatchSize must be a whole number from 1 to 64, got 0"),
        ({"maxBatchSize": True}, "maxBatchSize must be a whole number"),
        ({"instances": "2"}, "instances must be a whole number from 1 to 64, got '2'"),
        ({"labels": {"0": "a"}}, 'has the entries "0"; the model has 2 classes, so it must have "0", "1"'),
        ({"labels": {"0": "a", "1": "b", "2": "c"}}, "the model has 2 classes"),
        ({"labels": {"1": "a", "2": "b"}}, "the model has 2 classes"),
        ({"labels": {"0": "a", "1": " "}}, "labels: 1 the label of class 1 must be a text that is not empty, got ' '"),
        ({"labels": {"0": "a", "1": "a"}}, "the classes 0 and 1 have the same label, 'a'"),
        ({"device": "tpu"}, 'device must be one of "cpu", "gpu", got "tpu"'),
        ({"device": "gpu"}, 'onnxBackend is "python", which runs on the CPU only'),
        ({"pipeline": "fuzed"}, 'pipeline must be one of "ensemble", "fused", got "fuzed"'),
        ({"runCosts": {"call": 0, "tokens": 64}}, "runCosts: call must be a whole number from 1 to 4096, got 0"),
        ({"pipeline": "fused", "instances": 2}, 'instances must be 1 where pipeline is "fused"'),
        ({"maxBatchsize": 4}, "maxBatchsize is unknown; known are apiName"),
        (
            {"examples": [{"text": "a", "predicts": "postive"}]},
            'predicts is "postive", which is no label of this model',
        ),
        ({"examples": [{"text": " ", "predicts": "neutral"}]}, "examples[0]: text is empty"),
        (
            {"examples": [{"text": "a", "predicts": "neutral", "minScore": 2}]},
            "minScore must be a number from 0 to 1, got 2; the scores of this model are probabilities",
        ),
        (
            {"model": {"activation": "none"}, "examples": [{"text": "a", "predicts": "neutral", "minScore": math.inf}]},
            "minScore must be a number, got inf",
        ),
        ({"examples": [{"text": "a", "predicts": "neutral", "score": 1}]}, "score is unknown"),
        ({"examples": ["a"]}, "examples: 0 must be a JSON object"),
        ({"model": {"inputs": ["input_ids", "pixel_values"]}}, 'names "pixel_values", which no tokenizer fills'),
        ({"model": {"inputs": ["attention_mask"]}}, "lacks input_ids"),
        ({"model": {"activation": "argmax"}}, 'activation must be one of "softmax", "sigmoid"'),
        (
            {"model": {"task": "multiLabelClassification"}},
            "but spec.json asks for textClassification",
        ),
        ({"task": {}}, "task must be an object with one of textClassification, multiLabelClassification"),
        ({"task": {"fillMask": {}}}, "and its options, got fillMask"),
        ({"task": "textClassification"}, "task must be an object with one of textClassification"),
        ({"task": {"textClassification": {"threshold": 0.5}}}, "task.textClassification: threshold is unknown"),
        ({"task": {"textClassification": {"probabilities": 1}}}, "probabilities must be true or false, got 1"),
        (
            {"task": {"textClassification": {"probabilities": True}}, "model": {"activation": "none"}},
            "task.textClassification: probabilities is true, but the model is a regression",
        ),
        ({"examples": [{"text": "a", "labels": ["neutral"]}]}, "predicts is missing; it must be the label to expect"),
    ],
)
def test_refused_with_place_and_remedy(read: Read, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(**changes)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("labels", "because"),
    [
        (
            ["LABEL_0", "LABEL_0"],
            "the classes 0 and 1 have the same label, 'LABEL_0', so an answer would not say which",
        ),
        (["spam", " spam "], "the labels 'spam' of class 0 and ' spam ' of class 1 can't be told apart by eye"),
        (["spam", "sp\u200bam"], "can't be told apart by eye"),
        (["é", "e\u0301"], "can't be told apart by eye"),
        (["not  spam", "not spam"], "can't be told apart by eye"),
        ([None, "spam"], "the label of class 0 must be a text that is not empty, got None"),
        (["ham", "\u00ad"], "the label of class 1 must be a text that is not empty"),
    ],
)
def test_labels_of_the_checkpoint_that_say_nothing(read: Read, labels: list[Any], because: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(model={"labels": labels}, examples=[])
    (problem,) = refused.value.problems
    assert isinstance(problem, Problem)
    assert problem.path == ("labels",)
    assert because in problem.because
    assert problem.remedy == "say labels, one for each class from 0 to 1"
    # What the user says instead is what counts.
    assert read(model={"labels": labels}, labels={"0": "ham", "1": "spam"}, examples=[]).labels == ("ham", "spam")


def test_labels_that_differ_by_case_or_script_are_two(read: Read) -> None:
    assert read(model={"labels": ["Spam", "spam"]}, examples=[]).labels == ("Spam", "spam")


@pytest.mark.parametrize("least", [-0.7, 4, -1e9])
def test_the_least_score_of_a_regression_is_any_number(read: Read, least: float) -> None:
    regression = {"labels": ["stars"], "activation": "none"}
    serving = read(model=regression, examples=[{"text": "a", "predicts": "stars", "minScore": least}])
    assert serving.examples[0].golden() == {"text": "a", "predicts": "stars", "minScore": least}
    unsaid = read(model=regression, examples=[{"text": "a", "predicts": "stars"}]).examples[0].golden()
    assert unsaid == {"text": "a", "predicts": "stars"}


@pytest.mark.parametrize(("asked", "own", "length"), [(None, 8192, 512), (None, 128, 128), (2048, 8192, 2048)])
def test_a_model_that_takes_more_than_is_asked_for(read: Read, asked: int | None, own: int, length: int) -> None:
    serving = read(maxLength=asked, model={"maxLength": own})
    assert serving.max_length == length
    # Who says a length means it.
    told = [(warning.path, warning.text) for warning in serving.warnings]
    assert [path for path, _ in told] == ([("maxLength",)] if asked is None and own > 512 else [])
    assert all("takes 8192 tokens, and a longer text than 512 is cut to 512" in text for _, text in told)


def several(**options: Any) -> dict[str, Any]:
    return {**MULTI_LABEL, "task": {"multiLabelClassification": options}}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (several(threshold=2), "task.multiLabelClassification: threshold must be a number from 0 to 1, got 2"),
        (several(thresholds={"distress": "0.5"}), "thresholds: distress must be a number from 0 to 1, got '0.5'"),
        (several(thresholds={"distress": True}), "thresholds: distress must be a number from 0 to 1, got True"),
        (
            several(thresholds={"distres": 0.5}),
            'spec.json: task.multiLabelClassification: thresholds has the entry "distres", which is no label of this '
            'model; its labels are "neutral", "distress"',
        ),
        ({**MULTI_LABEL, "examples": [{"text": "a", "predicts": "neutral"}]}, "labels is missing; it must be a list"),
        (
            {**MULTI_LABEL, "examples": [{"text": "a", "labels": ["neutral", "joy"]}]},
            'examples[0]: labels is "joy", which is no label of this model; its labels are "neutral", "distress"',
        ),
    ],
)
def test_several_labels_refused_with_place_and_remedy(read: Read, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(**changes, model=OF_MULTI_LABEL)
    assert says in str(refused.value)
    assert len(refused.value.problems) == (2 if "predicts" in str(changes["examples"]) else 1)


def test_thresholds_are_of_the_labels_that_the_deployment_gives(read: Read) -> None:
    changes = several(thresholds={"тревога": 0.7})
    serving = read(**{**changes, "labels": {"0": "ничего", "1": "тревога"}, "examples": []}, model=OF_MULTI_LABEL)
    assert serving.task.decision == {"threshold": 0.5, "thresholds": {"тревога": 0.7}}


def test_all_problems_at_once(read: Read) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(apiName="model_onnx", maxBatchSize=0, device="tpu", model={"maxLength": None})
    assert len(refused.value.problems) == 4


def test_many_labels_are_cut_short(read: Read) -> None:
    names = [f"label {index}" for index in range(3000)]
    with pytest.raises(InvalidInput) as refused:
        read(model={"labels": names}, examples=[{"text": "a", "predicts": "b"}])
    assert len(str(refused.value)) < 1000
