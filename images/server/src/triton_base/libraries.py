"""The libraries that programs need. In: files. Out: paths, as the dynamic loader finds them in the file system and
environment in which this runs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Iterable, Sequence

ELF = b"\x7fELF"
# They come from the node, with its driver.
OF_THE_DRIVER = re.compile(r"lib(cuda|nvidia-[\w-]+|nvcuvid)\.so")
# Opened at run time, so that no header names them: by the library that opens them. NVIDIA's: "cuDNN API Reference",
# "cuDNN Library Layout"; libc's: nsswitch.conf(5) and pthread_cancel(3).
OPENED_BY = {
    "libc.so": ("libnss_*.so*", "libgcc_s.so*", "libresolv.so*"),
    "libcudnn.so": ("libcudnn_*.so*", "libnvrtc*.so*"),
    "libcublasLt.so": ("libnvJitLink.so*", "libnvrtc*.so*"),
}


def is_elf(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as content:
        return content.read(4) == ELF


def linked_by(files: Iterable[Path]) -> tuple[set[Path], set[str]]:
    """All that the files link, and what these link: paths of those that are found, names of those that are not. What a
    file of `files` opens at run time is among them."""
    found: set[Path] = set()
    missing: set[str] = set()
    waiting = [file for file in files if is_elf(file)]
    # What a wheel brings for itself is found by the run path of whatever loads it, and ldd looks at each file alone.
    given = {file.name for file in waiting}
    seen: set[Path] = set()
    while waiting:
        seen.update(waiting)
        paths, names = _ldd(waiting)
        missing |= names - given
        found |= paths
        waiting = sorted(_opened_by(paths) - seen)
        found.update(waiting)
    return found, missing


def missing_of(files: Iterable[Path]) -> list[str]:
    return sorted(linked_by(files)[1])


def _ldd(files: Sequence[Path]) -> tuple[set[Path], set[str]]:
    found, missing = set(), set()
    said = _output_of("ldd", *map(str, files)).splitlines()
    # Of several files it names each, on a line that is not indented.
    for line in (line for line in said if line.startswith("\t")):
        name, arrow, where = line.strip().partition(" => ")
        if OF_THE_DRIVER.match(Path(name).name):
            continue
        if arrow and where.startswith("not found"):
            missing.add(name)
        elif arrow and where.startswith("/"):
            found.add(Path(where.split(" ")[0]))
        elif name.startswith("/") and not arrow:
            # The loader itself.
            found.add(Path(name.split(" ")[0]))
    return found, missing


def _opened_by(libraries: Iterable[Path]) -> set[Path]:
    """Beside the library that opens them, or where the loader's cache has them."""
    opened: set[Path] = set()
    for library in libraries:
        for opener, patterns in OPENED_BY.items():
            if library.name.startswith(opener):
                folders = {library.parent, *_cached_folders()}
                opened.update(file for folder in folders for pattern in patterns for file in folder.glob(pattern))
    return {file for file in opened if is_elf(file) and "stubs" not in file.parts}


def _cached_folders() -> set[Path]:
    said = _output_of("ldconfig", "-p")
    return {Path(line.partition(" => ")[2]).parent for line in said.splitlines() if " => " in line}


def _output_of(*command: str) -> str:
    # ldd fails of a static program.
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
