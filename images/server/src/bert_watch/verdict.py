"""Is the server alive, and may it get requests? In: what each look at it has seen. Out: ready, dead, and why. No clock
and no IO in here: a look says when it was.

An answer that is wrong says that something is broken. One that is late says nothing by itself: a server with a full
queue is late for as long as its clients like. Late and dead is a server in which nothing moves: no request is answered,
and whoever runs the graph uses no CPU. (Triton counts a request as answered when a pool takes it, so there only the
canary's own answer counts, which goes first.) One run may take minutes (64 texts of 512 tokens on one core), so CPU
time is an excuse, until it is more than any run can need."""

from __future__ import annotations

from dataclasses import dataclass

RIGHT, BROKEN, LATE = "right", "broken", "late"
# So far back a broken answer counts: where one of several instances is dead, right answers come in between.
WINDOW = 30.0


@dataclass(frozen=True)
class Rules:
    # Seconds for which answers are broken before the server counts as dead.
    broken_seconds: float
    # Seconds without an answer, and without anything that moves.
    late_seconds: float
    # Seconds of CPU time that may pass without one answer; of several cores at work one counts.
    longest_run: float
    # The share of the time for which one of those who run the graph must have worked, for the server to count as busy.
    least_work: float
    # More runs of the graph can't end without one answer (watch.py, _most_runs). None: runs are not counted.
    most_runs: int | None
    # Whether Triton's count of answers is one.
    counts_answers: bool


@dataclass(frozen=True)
class Counts:
    """As Triton counts, since it started. `runs`: of the graph, where each is a call of a model."""

    answers: int
    runs: int


@dataclass(frozen=True)
class Moves:
    """What moved during a part of a late look, of so many seconds. None: it could not be read."""

    seconds: float
    before: Counts | None
    after: Counts | None
    # Seconds of CPU time, of the busiest of those who run the graph.
    worked: float | None


@dataclass(frozen=True)
class Look:
    # Seconds, on any clock.
    at: float
    canary: str
    # In a few words, for the log.
    because: str = ""
    # Of a look that is late.
    moves: Moves | None = None


@dataclass(frozen=True)
class Health:
    ready: bool
    dead: bool
    because: str


STARTING = Health(ready=False, dead=False, because="the model has not answered yet")


class Verdict:
    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._started = False
        self._broken: list[float] = []
        self._last = 0.0
        # When it was last known to be alive; and since it was last known to answer: seconds of work, and runs before.
        self._alive = 0.0
        self._worked = 0.0
        self._runs: int | None = None
        # As counted at the end of the look before, if that was late.
        self._counts: Counts | None = None

    def judge(self, look: Look) -> Health:
        """Looks come in the order of their times. Nothing is dead before it has once answered rightly: how long a start
        may take is the startup probe's affair."""
        health = self._judge(look)
        self._last = look.at
        self._counts = None if look.moves is None else look.moves.after
        return health

    def _judge(self, look: Look) -> Health:
        if look.canary == RIGHT:
            self._started = True
            self._answers(look)
        if not self._started:
            return Health(False, False, f"{STARTING.because} ({look.because})")
        self._broken = [at for at in self._broken if look.at - at < WINDOW]
        if look.canary == BROKEN:
            return self._after_broken(look)
        if look.canary == LATE and not self._moves_on(look):
            return self._after_nothing(look)
        if len(self._broken) > 1:
            return Health(False, False, "not every answer is right")
        return Health(True, False, "the model is busy" if look.canary == LATE else look.because)

    def _answers(self, look: Look) -> None:
        self._alive, self._worked, self._runs = look.at, 0.0, None

    def _after_broken(self, look: Look) -> Health:
        self._broken.append(look.at)
        lasts = look.at - self._broken[0]
        dead = len(self._broken) > 2 and lasts >= self._rules.broken_seconds
        return Health(len(self._broken) < 2, dead, look.because)

    def _after_nothing(self, look: Look) -> Health:
        silent = look.at - self._alive
        if self._worked >= self._rules.longest_run:
            return Health(False, True, f"{look.because}, after {self._worked:.0f} s of work")
        dead = silent >= self._rules.late_seconds
        return Health(False, dead, f"{look.because}, and nothing has moved for {silent:.0f} s")

    def _moves_on(self, look: Look) -> bool:
        moves = look.moves
        if moves is None:
            return False
        before = self._counts or moves.before
        if before is not None and moves.after is not None:
            if self._rules.counts_answers and moves.after.answers > before.answers:
                self._answers(look)
                return True
            if self._runs is None:
                self._runs = before.runs
            most = self._rules.most_runs
            if most is not None and moves.after.runs - self._runs >= most:
                return False
        ran = before is not None and moves.after is not None and moves.after.runs > before.runs
        # Where it can't be read it is no evidence against the server.
        share = 1.0 if moves.worked is None else min(1.0, moves.worked / moves.seconds)
        if not ran and share < self._rules.least_work:
            return False
        self._worked += share * (look.at - self._last)
        if self._worked >= self._rules.longest_run:
            return False
        self._alive = look.at
        return True
