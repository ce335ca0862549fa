"""Promise: the server uses the cores that its process may use, not those that the node has."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from ask import infer_http, labels
from rendering import serve

pytestmark = pytest.mark.alone

PERIOD_MICROSECONDS = 100_000
CGROUPS = Path("/sys/fs/cgroup")


@contextmanager
def affinity() -> Iterator[Callable[[], None]]:
    """One of the cores that this process may use."""
    yield lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


@contextmanager
def quota() -> Iterator[Callable[[], None]]:
    """The time of one core, on any of them: the CPU limit of a pod, as the kubelet sets it."""
    old = (CGROUPS / "cpu" / "cpu.cfs_quota_us").exists()
    group = (CGROUPS / "cpu" if old else CGROUPS) / f"triton-bert-test-{uuid.uuid4().hex[:8]}"
    group.mkdir()
    try:
        if old:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
            (group / "cpu.cfs_quota_us").write_text(str(PERIOD_MICROSECONDS))
        else:
            (group / "cpu.max").write_text(f"{PERIOD_MICROSECONDS} {PERIOD_MICROSECONDS}")

        def enter() -> None:
            (group / "cgroup.procs").write_text(str(os.getpid()))

        yield enter
    finally:
        group.rmdir()


@pytest.mark.parametrize("limit", [affinity, quota])
@pytest.mark.parametrize("pipeline", ["ensemble", "fused"])
def test_one_core_of_many(
    tmp_path: Path, pipeline: str, limit: Callable[[], AbstractContextManager[Callable[[], None]]]
) -> None:
    assert len(os.sched_getaffinity(0)) > 1, "a machine of one core would pass whatever the server counts"
    with limit() as confine:
        server = serve(tmp_path, pipeline=pipeline)
        server.before_start = confine
        with server:
            assert labels(infer_http(server, ["love", "help"])) == ["joy", "distress"]
            assert '"cores": 1' in server.log.replace('\\"', '"')
