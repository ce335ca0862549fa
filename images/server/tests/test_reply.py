"""A request is answered once, when its last text is in, in the order of its texts."""

from collections.abc import Sequence

from bert_batching.reply import Reply

Answer = tuple[str, float]


def test_gathers_texts_that_come_in_any_order() -> None:
    sent: list[Sequence[Answer] | Exception] = []
    reply: Reply[Answer] = Reply(3, sent.append)
    reply.put(2, ("c", 0.3))
    reply.put(0, ("a", 0.1))
    assert sent == []
    reply.put(1, ("b", 0.2))
    assert sent == [[("a", 0.1), ("b", 0.2), ("c", 0.3)]]


def test_a_text_without_an_answer_leaves_the_request_without_one() -> None:
    sent: list[Sequence[Answer] | Exception] = []
    problem, later = RuntimeError(), ArithmeticError()
    reply: Reply[Answer] = Reply(3, sent.append)
    reply.put(2, later)
    reply.put(1, problem)
    assert sent == []
    reply.put(0, ("a", 0.1))
    assert sent == [problem]


def test_a_client_is_asked_for_after_a_while_and_not_at_every_turn() -> None:
    asked: list[float] = []
    now = 10.0

    def gone() -> bool:
        asked.append(now)
        return len(asked) == 2

    reply: Reply[Answer] = Reply(1, lambda _: None, gone, lambda: now)
    seen = []
    for tenths in range(12):
        now = 10.0 + tenths / 10
        seen.append(reply.is_abandoned())
    assert asked == [10.5, 11.0]
    assert seen == [False] * 10 + [True] * 2
