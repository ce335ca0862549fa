"""CPU limits of both cgroup versions, never the node's count."""

from pathlib import Path

import pytest

from bert_serving.cores import cores
from bert_serving.vnni import has_vnni


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content + "\n")
    return folder


@pytest.mark.parametrize(
    ("content", "expected"),
    [("200000 100000", 2), ("150000 100000", 1), ("50000 100000", 1), ("max 100000", 64), ("nonsense", 64)],
)
def test_version_2(tmp_path: Path, content: str, expected: int) -> None:
    write(tmp_path, cpu__max=content)
    assert cores(tmp_path, tmp_path / "absent", affinity=64) == expected


@pytest.mark.parametrize(("quota", "expected"), [("400000", 4), ("-1", 64), ("10000", 1)])
def test_version_1(tmp_path: Path, quota: str, expected: int) -> None:
    write(tmp_path / "cpu", cpu__cfs_quota_us=quota, cpu__cfs_period_us="100000")
    assert cores(tmp_path, tmp_path / "absent", affinity=64) == expected


def test_the_processs_own_group_counts_where_the_root_has_no_limit(tmp_path: Path) -> None:
    own = write(tmp_path / "proc", cgroup="0::/pods/one") / "cgroup"
    write(tmp_path / "pods" / "one", cpu__max="300000 100000")
    assert cores(tmp_path, own, affinity=64) == 3
    own.write_text("5:cpu,cpuacct:/pods/two\n4:memory:/pods/two\n")
    write(tmp_path / "cpu" / "pods" / "two", cpu__cfs_quota_us="500000", cpu__cfs_period_us="100000")
    assert cores(tmp_path, own, affinity=64) == 5


def test_affinity_bounds_too(tmp_path: Path) -> None:
    write(tmp_path, cpu__max="800000 100000")
    assert cores(tmp_path, tmp_path / "absent", affinity=2) == 2
    assert cores(tmp_path / "none", tmp_path / "absent", affinity=3) == 3


@pytest.mark.parametrize(
    ("flags", "has"), [("fpu avx512f avx512_vnni", True), ("fpu avx_vnni", True), ("fpu avx2 avx512f", False)]
)
def test_int8_needs_a_cpu_that_multiplies_8_bits(tmp_path: Path, flags: str, has: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nflags\t\t: {flags}\n\nprocessor\t: 1\nflags\t\t: {flags}\n")
    assert has_vnni(cpuinfo) is has
