"""Whether this CPU multiplies 8-bit integers without overflow. Asked twice: where an image is built, since the gate
runs the graph there, and where it serves, which may be another kind of machine."""

from __future__ import annotations

from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
# Intel since Ice Lake, AMD since Zen 4; as Linux names them (Documentation/arch/x86/cpuinfo, "cpufeatures.h").
FLAGS = {"avx512_vnni", "avx_vnni"}


def has_vnni(cpuinfo: Path = CPUINFO) -> bool:
    lines = cpuinfo.read_text().splitlines()
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return bool(FLAGS.intersection(flags))
