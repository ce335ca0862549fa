"""What each task makes of logits, and how its answers are held against examples. `decide` and `scores` run with the
export's numpy 2 as well: images/model/tests/test_tasks.py."""

import json
from typing import Any

import numpy as np
import pytest

import bert_tasks
from bert_serving.answering import Answering
from triton_repository.contract import Contract

OUTPUTS = {"label": "predicts", "score": "scores"}
TOXIC = ["toxic", "insult", "брань", "threat"]


def answering(task: str, labels: list[str], activation: str, *more: str, **decision: Any) -> Answering:
    outputs = OUTPUTS | {name: name for name in more}
    said = {"task": task, "labels": labels, "activation": activation, "outputs": outputs, "decision": decision}
    return Answering(said)


def tensors(of: Answering, *logits: list[float]) -> dict[str, Any]:
    return of.tensors(of.answers(np.array(logits, dtype=np.float32)))


def test_each_task_has_all_its_parts_and_outputs(contract: Contract) -> None:
    assert bert_tasks.tasks() == sorted(contract.responses)
    for task, outputs in contract.responses.items():
        decide, answer, options, expect = (
            bert_tasks.load(task, part) for part in ("decide", "answer", "options", "expect")
        )
        scores = np.array([[0.9, 0.1]], dtype=np.float32)
        made = answer.answer(scores, decide.decider(["a", "b"], {})(scores), ["a", "b"])
        assert list(made) == list(outputs)
        assert callable(options.read)
        assert expect.FIELD in ("predicts", "labels")


class TestTextClassification:
    def test_the_best_label_and_its_score(self) -> None:
        got = tensors(answering("textClassification", ["n", "p"], "softmax"), [0, np.log(3)], [1000, -1000], [2, 2])
        assert got["predicts"].tolist() == [b"p", b"n", b"n"]
        assert got["scores"] == pytest.approx([0.75, 1.0, 0.5])
        assert got["scores"].dtype == np.float32
        assert list(got) == ["predicts", "scores"]

    def test_one_class(self) -> None:
        got = tensors(answering("textClassification", ["spam"], "sigmoid"), [-1000.0], [0.0])
        assert got["predicts"].tolist() == [b"spam", b"spam"]
        assert got["scores"] == pytest.approx([0.0, 0.5])
        json.dumps(got["scores"].tolist())

    def test_regression(self) -> None:
        got = tensors(answering("textClassification", ["stars"], "none"), [-3.5], [4.2])
        assert got["predicts"].tolist() == [b"stars", b"stars"]
        assert got["scores"] == pytest.approx([-3.5, 4.2])

    def test_probabilities_where_they_are_asked_for(self) -> None:
        got = tensors(answering("textClassification", ["n", "p"], "softmax", "probabilities"), [0, np.log(3)], [0, 0])
        assert got["probabilities"].tolist() == [pytest.approx([0.25, 0.75]), pytest.approx([0.5, 0.5])]
        assert got["probabilities"].dtype == np.float32

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_no_answer_from_logits_that_are_no_numbers(self, bad: float) -> None:
        with pytest.raises(ArithmeticError):
            tensors(answering("textClassification", ["a", "b"], "softmax"), [0, bad])


class TestMultiLabelClassification:
    def test_all_labels_that_are_on_in_the_order_of_the_classes(self) -> None:
        got = tensors(answering("multiLabelClassification", TOXIC, "sigmoid"), [2.1, -4, 1.3, 0], [-1, -1, -1, -1])
        assert [text.decode() for text in got["predicts"]] == ['["toxic","брань","threat"]', "[]"]
        assert got["scores"].shape == (2, 4)
        assert got["scores"].dtype == np.float32
        assert got["scores"][0] == pytest.approx([0.8909, 0.018, 0.7858, 0.5], abs=1e-4)

    def test_labels_are_json_whatever_they_are_made_of(self) -> None:
        labels = ['"quoted"', "a,b", "back\\slash"]
        (got,) = tensors(answering("multiLabelClassification", labels, "sigmoid"), [1, 1, 1])["predicts"]
        assert json.loads(got) == labels

    def test_one_threshold_for_all(self) -> None:
        of = answering("multiLabelClassification", TOXIC, "sigmoid", threshold=0.8)
        assert [json.loads(each) for each in tensors(of, [2.1, -4, 1.3, 0])["predicts"]] == [["toxic"]]

    def test_a_threshold_by_label_before_that_of_all_others(self) -> None:
        of = answering("multiLabelClassification", TOXIC, "sigmoid", threshold=0.8, thresholds={"insult": 0.01})
        assert [json.loads(each) for each in tensors(of, [2.1, -4, 1.3, 0])["predicts"]] == [["toxic", "insult"]]

    def test_a_score_that_reads_as_the_threshold_reaches_it(self) -> None:
        decide = bert_tasks.load("multiLabelClassification", "decide").decider(["a"], {"threshold": 0.7})
        assert decide(np.array([[0.7]], dtype=np.float32)).tolist() == [[True]]

    def test_texts_of_a_request_that_ran_apart(self) -> None:
        of = answering("multiLabelClassification", TOXIC, "sigmoid", "probabilities")
        apart = [of.answers(np.array([[place, 0, 0, -9]], dtype=np.float32))[0] for place in (-9, 9)]
        got = of.tensors(apart)
        assert [json.loads(each) for each in got["predicts"]] == [["insult", "брань"], ["toxic", "insult", "брань"]]
        assert got["probabilities"].shape == got["scores"].shape == (2, 4)


class TestExamples:
    def wrong(self, example: dict[str, Any], answer: dict[str, Any]) -> str | None:
        task = "textClassification" if "predicts" in example else "multiLabelClassification"
        wrong: str | None = bert_tasks.load(task, "expect").mismatch(example, answer, TOXIC)
        return wrong

    def test_one_label(self) -> None:
        answer = {"label": "toxic", "score": 0.8}
        assert self.wrong({"predicts": "toxic", "minScore": 0.8}, answer) is None
        assert self.wrong({"predicts": "toxic", "minScore": 0.9}, answer) == (
            'expected "toxic" with a score of at least 0.9, got "toxic" with a score of 0.8000'
        )
        assert self.wrong({"predicts": "insult"}, answer) == 'expected "insult", got "toxic" with a score of 0.8000'

    def test_a_number_below_zero(self) -> None:
        answer = {"label": "toxic", "score": -0.7}
        assert self.wrong({"predicts": "toxic"}, answer) is None
        assert self.wrong({"predicts": "toxic", "minScore": -1}, answer) is None
        assert self.wrong({"predicts": "toxic", "minScore": 0}, answer) == (
            'expected "toxic" with a score of at least 0, got "toxic" with a score of -0.7000'
        )

    def test_labels_in_any_order_and_no_other(self) -> None:
        answer = {"label": '["toxic","брань"]', "score": [0.9, 0.2, 0.6, 0.1]}
        assert self.wrong({"labels": ["брань", "toxic"], "minScore": 0.6}, answer) is None
        assert self.wrong({"labels": ["toxic"]}, answer) == (
            'expected ["toxic"], got ["toxic", "брань"]: "брань" has a score of 0.6000'
        )
        assert self.wrong({"labels": ["брань", "toxic"], "minScore": 0.7}, answer) == (
            'expected ["брань", "toxic"] with scores of at least 0.7, got ["toxic", "брань"]: '
            '"брань" has a score of 0.6000'
        )

    def test_none(self) -> None:
        assert self.wrong({"labels": []}, {"label": "[]", "score": [0.1] * 4}) is None
        assert self.wrong({"labels": []}, {"label": '["threat"]', "score": [0.1, 0.1, 0.1, 0.7]}) == (
            'expected [], got ["threat"]: "threat" has a score of 0.7000'
        )
