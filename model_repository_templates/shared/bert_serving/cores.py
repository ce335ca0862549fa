"""How many CPU cores this process may really use. onnxruntime counts those of the node: in a pod that is limited to one
core of 64 it would start 64 threads, which the kernel then stops most of the time (measured: 87 instead of 111 texts/s,
and a p99 three times as long). In: cgroup v1 or v2 files, the CPU affinity. Out: whole cores, at least 1."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUP = Path("/proc/self/cgroup")


def cores(cgroups: Path = CGROUPS, own_cgroup: Path = OWN_CGROUP, affinity: int | None = None) -> int:
    """The smaller of CPU limit (rounded down: the rest is left to tokenising) and affinity."""
    allowed = affinity if affinity is not None else len(os.sched_getaffinity(0))
    limits = [limit for folder in _folders(cgroups, own_cgroup) for limit in [_limit(folder)] if limit is not None]
    return max(1, int(min([float(allowed), *limits])))


def _folders(cgroups: Path, own_cgroup: Path) -> Iterator[Path]:
    """Where the limit may stand: in a container usually at the root, elsewhere in the process's own group."""
    yield from (cgroups, cgroups / "cpu")
    try:
        lines = own_cgroup.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield cgroups / path.lstrip("/")
        elif "cpu" in controllers.split(","):
            yield cgroups / "cpu" / path.lstrip("/")


def _limit(folder: Path) -> float | None:
    """Cores that the quota of one cgroup allows, or None where it sets none."""
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text().strip()
            period = (folder / "cpu.cfs_period_us").read_text().strip()
        return None if quota in ("max", "-1") else int(quota) / int(period)
    except (OSError, ValueError):
        return None
