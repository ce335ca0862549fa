"""The figures of a run as tables. In: rows, and the server's state before and after. Out: Figures, their text for a
terminal, and docs/soak.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from processes import State
    from soak import Row

SHOWN_PROBLEMS = 40


@dataclass(frozen=True)
class Line:
    """One kind. Milliseconds are of the good requests beside it, over both protocols."""

    kind: str
    sent: int
    outcomes: dict[str, int]
    good: int
    wrong: int
    p50: float
    p99: float
    # MiB of the server after it.
    memory: float


@dataclass(frozen=True)
class Figures:
    lines: list[Line]
    sent: int
    good: int
    wrong: int
    # By protocol: p50, p99, longest.
    waits: dict[str, tuple[float, float, float]]
    # Name of a process to MiB before and after, once idle.
    memory: list[tuple[str, float, float]]
    files: tuple[int, int]
    problems: list[str]


def figures(rows: Sequence[Row], before: State, after: State, problems: list[str]) -> Figures:
    waits = {
        "HTTP": [wait for row in rows for wait in row.beside.http],
        "gRPC": [wait for row in rows for wait in row.beside.grpc],
    }
    return Figures(
        [line_of(row) for row in rows],
        sum(row.sent for row in rows),
        sum(map(len, waits.values())),
        sum(len(row.beside.wrong) for row in rows),
        {name: (_share(each, 0.5), _share(each, 0.99), _share(each, 1)) for name, each in waits.items()},
        [
            (process.name, process.memory, after.processes[number].memory if number in after.processes else 0)
            for number, process in before.processes.items()
        ],
        (before.files, after.files),
        problems,
    )


def line_of(row: Row) -> Line:
    waits = [*row.beside.http, *row.beside.grpc]
    wrong = len(row.beside.wrong)
    most = dict(row.outcomes.most_common())
    return Line(row.kind, row.sent, most, len(waits), wrong, _share(waits, 0.5), _share(waits, 0.99), row.memory)


def _share(waits: Sequence[float], share: float) -> float:
    return round(sorted(waits)[min(len(waits) - 1, int(len(waits) * share))], 1) if waits else 0


HEAD = f"{'kind':<55} {'sent':>5} {'good':>5} {'wrong':>5} {'p50':>6} {'p99':>6} {'MiB':>6}  outcomes"


def text_of(line: Line) -> str:
    """Below HEAD."""
    counts = f"{line.sent:5} {line.good:5} {line.wrong:5} {line.p50:6.1f} {line.p99:6.1f} {line.memory:6.0f}"
    return f"{line.kind:<55} {counts}  {_outcomes(line)}"


def end(figures: Figures) -> str:
    lines = ["", *summary(figures)]
    if figures.problems:
        lines += ["", f"{len(figures.problems)} problems:", *figures.problems[:SHOWN_PROBLEMS]]
    return "\n".join(lines)


def summary(figures: Figures) -> list[str]:
    waits = "; ".join(
        f"{name} p50 {p50} ms, p99 {p99} ms, longest {most} ms" for name, (p50, p99, most) in figures.waits.items()
    )
    memory = ", ".join(f"{name} {before:.0f} → {after:.0f}" for name, before, after in figures.memory)
    return [
        f"{figures.sent} odd requests of {len(figures.lines)} kinds; "
        f"beside them {figures.good} good ones answered rightly, {figures.wrong} not.",
        f"Good ones: {waits}.",
        f"MiB, idle before and after: {memory or 'not seen'}. Open files: {figures.files[0]} → {figures.files[1]}.",
    ]


def _outcomes(line: Line) -> str:
    return ", ".join(f"{outcome} {count}" for outcome, count in line.outcomes.items())


def page(title: str, runs: dict[str, Figures]) -> str:
    """docs/soak.md: a summary of each run, and its kinds side by side."""
    lines = [title.rstrip(), ""]
    for name, figures in runs.items():
        lines += [f"**{name}.** " + " ".join(summary(figures)), ""]
    names = list(runs)
    lines.append(f"| kind | {' | '.join(f'{name}: sent, outcomes | good | p99 ms' for name in names)} |")
    lines.append("| --- |" + " --- | ---: | ---: |" * len(names))
    by_kind = [{line.kind: line for line in figures.lines} for figures in runs.values()]
    for kind in dict.fromkeys(kind for each in by_kind for kind in each):
        lines.append(f"| {kind} | {' | '.join(_cells(each.get(kind)) for each in by_kind)} |")
    return "\n".join(lines) + "\n"


def _cells(line: Line | None) -> str:
    return f"{line.sent}: {_outcomes(line)} | {line.good} | {line.p99}" if line else " | | "


def read(written: dict[str, Any]) -> Figures:
    """Figures of a file."""
    return Figures(**{**written, "lines": [Line(**line) for line in written["lines"]]})
