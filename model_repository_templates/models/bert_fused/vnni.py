"""Whether this CPU multiplies 8-bit integers without overflow. The build's CPU says nothing of the one that serves."""

from __future__ import annotations

from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
# Intel since Ice Lake, AMD since Zen 4; as Linux names them (Documentation/arch/x86/cpuinfo, "cpufeatures.h").
FLAGS = {"avx512_vnni", "avx_vnni"}


def has_vnni(cpuinfo: Path = CPUINFO) -> bool:
    lines = cpuinfo.read_text().splitlines()
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return bool(FLAGS.intersection(flags))
