"""The packages of which an image of Debian or Ubuntu is made. In: dpkg's data. Out: which files the essential ones
have, and the same data of those packages alone that are kept, so that a scanner still sees what it sees in the whole
image."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Iterable

from build_faults import BuildFault

DATA = Path("/var/lib/dpkg")
NOT_TO_RUN = ("/usr/share/man/", "/usr/share/info/", "/usr/share/locale/", "/usr/share/lintian/")


def essential_files() -> list[Path]:
    """Shell, coreutils, loader and the like: what Debian takes for granted."""
    if not (DATA / "status").exists():
        raise BuildFault("NoPackages", f"there is no {DATA / 'status'}")
    shown = _run("dpkg-query", "--show", "--showformat", "${Package}:${Architecture} ${Essential}\n")
    names = [line.split(" ")[0] for line in shown.splitlines() if line.endswith(" yes")]
    files = _run("dpkg-query", "--listfiles", *names).splitlines()
    return [Path(file) for file in files if file.startswith("/") and not file.startswith(NOT_TO_RUN)]


def owners() -> dict[str, str]:
    """By file, as it really lies: the package, as its .list is named."""
    return {
        _real(line): listing.stem
        for listing in sorted((DATA / "info").glob("*.list"))
        for line in listing.read_text(encoding="utf-8").splitlines()
        if line not in ("", "/.")
    }


def status_of(packages: Iterable[str], status: str) -> str:
    """The paragraphs of dpkg's status that are about these packages. A .list is named after its architecture where a
    package may be there in several."""
    wanted = {package.partition(":")[0] for package in packages}
    kept = [paragraph for paragraph in status.split("\n\n") if _name(paragraph) in wanted]
    return "\n\n".join([*kept, ""]) if kept else ""


def _name(paragraph: str) -> str:
    lines = (line for line in paragraph.splitlines() if line.startswith("Package: "))
    return next(lines, "Package: ")[len("Package: ") :]


def _real(file: str) -> str:
    """/lib/x as /usr/lib/x, where one is a link to the other; the file itself may be a link."""
    path = Path(file)
    return str(_folder(path.parent) / path.name)


_FOLDERS: dict[Path, Path] = {}


def _folder(folder: Path) -> Path:
    if folder not in _FOLDERS:
        _FOLDERS[folder] = folder.resolve()
    return _FOLDERS[folder]


def _run(*command: str) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
