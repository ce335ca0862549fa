"""Requests that end Triton 2.51 itself, or fail others, before any code of ours sees them, where no gateway stands
before it. docs/hostile-requests.md names them; when a newer Triton survives one, its test here fails, and the row is
put right."""

from pathlib import Path

import pytest

from ask import infer_http, labels
from hostile import BATCH, CLOSED, ROWS, Row, good_beside
from rendering import serve
from triton import Triton

ENDING = [row for row in ROWS if row.ends]
ANSWERED = [row for row in ROWS if row.alone.isdigit()]


@pytest.mark.parametrize("row", ENDING, ids=lambda row: row.name)
def test_ends_the_server(tmp_path: Path, row: Row) -> None:
    with serve(tmp_path) as triton:
        assert row.send(triton) in (CLOSED, "UNAVAILABLE"), "the server answered"
        assert triton.wait() < 0, "it ended by itself, not by a signal"


@pytest.mark.parametrize("row", [row for row in ROWS if row.harms_batch], ids=lambda row: row.name)
def test_fails_what_shares_its_batch(server: Triton, row: Row) -> None:
    assert row.send(server) == row.alone.removesuffix(BATCH)
    # Which requests share a batch is chance; among so many some do.
    rounds = (good_beside(server, row) for _ in range(20))
    assert any(isinstance(said, str) for answers in rounds for said in answers)
    assert labels(infer_http(server, ["I love it"])) == ["joy"]


@pytest.mark.parametrize("row", ANSWERED, ids=lambda row: row.name)
def test_is_answered_so(server: Triton, row: Row) -> None:
    assert row.send(server) == row.alone
    assert labels(infer_http(server, ["I love it"])) == ["joy"]
