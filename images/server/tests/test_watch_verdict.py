"""When a server is ready, and when it is dead: with a clock that the test winds."""

import dataclasses

import pytest

from bert_watch.verdict import BROKEN, LATE, RIGHT, Counts, Health, Look, Moves, Rules, Verdict

FUSED = Rules(
    broken_seconds=15, late_seconds=30, longest_run=300, least_work=0.05, most_runs=None, counts_answers=False
)
# An ensemble whose graph has a pool, and one without.
POOLED = dataclasses.replace(FUSED, counts_answers=True)
BEHIND = dataclasses.replace(FUSED, most_runs=8)
ENSEMBLE = dataclasses.replace(POOLED, most_runs=3)
# Of a look, and of the part of a late one in which what moves is counted.
PERIOD, COUNTED = 2.5, 2.0


class Server:
    """Looks at a server every 2.5 s; it has just answered for the first time."""

    def __init__(self, rules: Rules = FUSED) -> None:
        self._verdict = Verdict(rules)
        self.at, self.answers, self.runs = 1000.0, 7, 7
        self.right()

    def _look(self, canary: str, because: str = "", moves: Moves | None = None) -> Health:
        self.at += PERIOD
        return self._verdict.judge(Look(self.at, canary, because, moves))

    def right(self) -> Health:
        return self._look(RIGHT, "the model answers")

    def broken(self) -> Health:
        return self._look(BROKEN, "HTTP 500: internal error")

    def late(self, answers: int = 0, runs: int = 0, share: float | None = 0.0, counted: bool = True) -> Health:
        """`answers`, `runs`: how many there were meanwhile; `share`: of the time that the graph's process worked."""
        before = Counts(self.answers, self.runs) if counted else None
        self.answers, self.runs = self.answers + answers, self.runs + runs
        after = Counts(self.answers, self.runs) if counted else None
        worked = None if share is None else share * COUNTED
        return self._look(LATE, "no answer", Moves(COUNTED, before, after, worked))


def summed(health: Health) -> tuple[bool, bool]:
    return health.ready, health.dead


def test_nothing_is_judged_before_the_first_answer() -> None:
    verdict = Verdict(FUSED)
    for second in range(3600):
        for canary in (BROKEN, LATE):
            health = verdict.judge(Look(second, canary, "ConnectionRefusedError"))
            assert summed(health) == (False, False)
            assert "ConnectionRefusedError" in health.because
    assert verdict.judge(Look(3600, RIGHT, "the model answers")).ready


def test_one_broken_answer_is_none_and_a_second_one_takes_the_server_out() -> None:
    server = Server()
    assert summed(server.broken()) == (True, False)
    health = server.broken()
    assert summed(health) == (False, False)
    assert health.because == "HTTP 500: internal error"


def test_broken_answers_for_15_seconds_are_death() -> None:
    server = Server()
    began = server.at
    while not server.broken().dead:
        assert server.at - began < 20
    assert server.at - began >= 15


def test_one_dead_instance_of_several_is_found_among_right_answers() -> None:
    server = Server()
    began = server.at
    assert server.broken().ready
    assert server.right().ready
    assert not server.broken().ready
    assert not server.right().ready
    while not server.broken().dead:
        server.right()
        assert server.at - began < 40


def test_it_is_ready_again_when_broken_answers_are_long_ago() -> None:
    server = Server()
    server.broken()
    server.broken()
    looks = 1
    while not server.right().ready:
        looks += 1
    assert looks * PERIOD < 31
    # Nor are they counted with those to come.
    for _ in range(5):
        assert not server.broken().dead


def test_where_nothing_moves_it_is_not_ready_at_once_and_dead_after_half_a_minute() -> None:
    server = Server()
    health = server.late()
    assert summed(health) == (False, False)
    assert health.because == "no answer, and nothing has moved for 2 s"
    began = server.at - PERIOD
    while not server.late().dead:
        assert server.at - began < 40
    assert server.at - began >= 30


def test_where_triton_tells_nothing_either_it_is_dead_too() -> None:
    server = Server()
    looks = [server.late(counted=False) for _ in range(14)]
    assert not any(look.ready for look in looks)
    assert looks[-1].dead


def test_a_server_that_answers_others_is_busy_for_as_long_as_they_like() -> None:
    server = Server(POOLED)
    assert all(summed(server.late(answers=1)) == (True, False) for _ in range(1000))
    assert server.late(answers=1).because == "the model is busy"


def test_requests_that_a_pool_takes_are_no_answers() -> None:
    server = Server(FUSED)
    looks = [server.late(answers=1) for _ in range(14)]
    assert not any(look.ready for look in looks)
    assert looks[-1].dead


def test_answers_between_two_looks_count() -> None:
    server = Server(POOLED)
    server.late(answers=1)
    server.answers += 1
    assert server.late().ready


def test_one_run_may_take_five_minutes_of_work() -> None:
    server = Server()
    began = server.at
    while server.late(share=1).ready:
        assert server.at - began < 310
    assert server.at - began >= 295
    health = server.late(share=1)
    assert health.dead
    assert "302 s of work" in health.because


def test_minutes_are_longer_on_a_tenth_of_a_core() -> None:
    server = Server()
    assert all(server.late(share=0.1).ready for _ in range(600))


def test_work_that_cannot_be_read_is_no_evidence_against_it() -> None:
    server = Server()
    assert all(server.late(share=None).ready for _ in range(100))


def test_a_long_run_begins_anew_with_each_answer() -> None:
    server = Server(POOLED)
    for _ in range(10):
        assert all(server.late(share=1).ready for _ in range(100))
        assert server.late(answers=1).ready


def test_a_process_that_idles_works_at_nothing() -> None:
    server = Server()
    looks = [server.late(share=0.01) for _ in range(14)]
    assert not any(look.ready for look in looks)
    assert looks[-1].dead


def test_when_work_has_ended_without_an_answer_half_a_minute_begins() -> None:
    server = Server()
    for _ in range(40):
        server.late(share=1)
    looks = [server.late() for _ in range(14)]
    assert [look.dead for look in looks].index(True) == 11


def test_in_an_ensemble_runs_without_an_answer_excuse_nothing() -> None:
    """A tokeniser or an answerer that hangs, while the graph works off what is before it."""
    server = Server(ENSEMBLE)
    assert server.late(runs=1, share=1).ready
    assert server.late(runs=1, share=1).ready
    looks = [server.late(runs=1, share=1) for _ in range(14)]
    assert not any(look.ready for look in looks)
    assert looks[-1].dead
    assert server.right().ready


def test_behind_a_pool_runs_are_an_excuse_for_as_long_as_the_canary_may_wait_for_them() -> None:
    server = Server(BEHIND)
    # With a GPU nobody on the CPU need work.
    assert all(server.late(runs=1, share=0).ready for _ in range(7))
    looks = [server.late(runs=100, share=1) for _ in range(14)]
    assert not any(look.ready for look in looks)
    assert looks[-1].dead


@pytest.mark.parametrize("rules", [FUSED, ENSEMBLE])
def test_broken_and_late_in_turns_are_death_too(rules: Rules) -> None:
    server = Server(rules)
    began = server.at
    while not (server.broken().dead or server.late().dead):
        assert server.at - began < 40
