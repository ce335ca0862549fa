"""Promise: the server uses the cores that its process may use, not those that the node has."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ask import infer_http, labels
from rendering import serve


@pytest.fixture
def one_core() -> Iterator[None]:
    """Of all that this process may use, as a pod that is limited to one."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    yield
    os.sched_setaffinity(0, allowed)


@pytest.mark.usefixtures("one_core")
@pytest.mark.parametrize(("pipeline", "told"), [("ensemble", {"threads": 1}), ("fused", {"cores": 1})])
def test_one_core_of_many(tmp_path: Path, pipeline: str, told: dict[str, int]) -> None:
    with serve(tmp_path, pipeline=pipeline) as server:
        assert labels(infer_http(server, ["love", "help"])) == ["joy", "distress"]
        assert json.dumps(told)[1:-1] in server.log.replace('\\"', '"')
