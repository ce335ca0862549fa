"""Cuts an image of Triton down to what serves. NVIDIA's compose.py puts Triton on a second image that has all of CUDA
(`-min`), and installs packages by name; neither holds for every release. This keeps what is needed of the one image
that each release has, wherever it lies: Triton with the backends that are wanted, Python with numpy, all that these
link or open, and the essential packages.

In: the file system in which this runs. Out: a folder that is the file system of the smaller image."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Iterable, Iterator, Sequence

from build_faults import BuildFault
from triton_base import debian
from triton_base.libraries import linked_by

TRITON = Path("/opt/tritonserver")
# Execution providers that serve nothing here, and link what would double the image.
NOT_SERVED = ("tensorrt", "openvino")
NOT_OF_PYTHON = ("test", "idlelib", "tkinter", "lib2to3", "ensurepip", "turtledemo", "dist-packages", "site-packages")
# No package's own file everywhere.
SHELL = Path("/bin/sh")
EMPTY = ("/dev", "/proc", "/sys", "/run", "/tmp", "/var/tmp", "/root", "/home")
# Licences, on which NVIDIA's terms insist.
LICENCES = ("/NGC-DL-CONTAINER-LICENSE",)
# Of the container in which this runs: the engine puts them into each.
OF_THE_ENGINE = {Path("/etc/hosts"), Path("/etc/hostname"), Path("/etc/resolv.conf"), Path("/etc/mtab")}
LOADER_PATHS = Path("etc/ld.so.conf.d/triton-bert.conf")


def keep(backends: Sequence[str], out: Path) -> None:
    files = sorted({*triton_files(backends), *python_files(), *monitoring_files(), *debian.essential_files()})
    linked, missing = linked_by(files)
    if missing:
        raise BuildFault("LibrariesMissing", ", ".join(sorted(missing)))
    wanted = {SHELL, *files, *linked, *tree(Path("/etc")), *map(Path, EMPTY), *(Path(name) for name in LICENCES)}
    wanted -= OF_THE_ENGINE
    parts = sorted({part for file in wanted if os.path.lexists(file) for part in parts_of(file)})
    out.mkdir()
    for part in parts:
        copy(part, out / part.relative_to("/"))
    say_packages({str(part) for part in parts}, out)
    say_folders(linked, out)
    # When a folder was filled is nobody's business, and would make another layer of the same files.
    for folder, _, _ in os.walk(out):
        os.utime(folder, (0, 0))


def triton_files(backends: Sequence[str]) -> Iterator[Path]:
    yield from (entry for entry in TRITON.iterdir() if entry.is_file())
    for name in ("bin", "lib", "lib64", *(f"backends/{backend}" for backend in backends)):
        for file in tree(TRITON / name):
            if not any(part in file.name for part in NOT_SERVED):
                yield file


def python_files() -> Iterator[Path]:
    """The interpreter that is first on PATH, its standard library, and numpy where it has one."""
    yield Path(shutil.which("python3") or sys.executable)
    yield Path(sys.executable)
    for name in ("stdlib", "platstdlib"):
        yield from tree(Path(sysconfig.get_path(name)), NOT_OF_PYTHON)
    numpy = importlib.util.find_spec("numpy")
    if numpy is not None and numpy.origin is not None:
        folder = Path(numpy.origin).parent
        yield from tree(folder, ("tests",))
        for beside in folder.parent.glob("numpy[.-]*"):
            yield from tree(beside)


def monitoring_files() -> Iterator[Path]:
    """DCGM, which opens its own parts by name."""
    for folder in (Path("/usr/lib/x86_64-linux-gnu"), Path("/usr/lib64")):
        yield from folder.glob("libdcgm*.so*")


def tree(top: Path, without: Sequence[str] = ()) -> Iterator[Path]:
    if top.is_file() or top.is_symlink():
        yield top
        return
    for folder, folders, files in os.walk(top):
        # A static libpython lies in config-*.
        folders[:] = sorted(name for name in folders if name not in without and not name.startswith("config-"))
        yield Path(folder)
        yield from (Path(folder, name) for name in [*files, *folders])


def parts_of(file: Path) -> Iterator[Path]:
    """What must be there so that `file` is: each folder and each link on the way, and what it is in the end."""
    done = Path("/")
    rest = list(file.parts[1:])
    while rest:
        done = done / rest.pop(0)
        if not os.path.lexists(done):
            return
        yield done
        if done.is_symlink():
            # An absolute target starts over, a relative one goes on from here.
            target = Path(os.path.normpath(done.parent / os.readlink(done)))
            done, rest = Path("/"), [*target.parts[1:], *rest]


def copy(part: Path, target: Path) -> None:
    """The part alone: a folder without what is in it, a link as a link. Links and folders come before what lies behind
    them."""
    if part.is_symlink():
        if not os.path.lexists(target):
            target.symlink_to(os.readlink(part))
        return
    if part.is_dir():
        target.mkdir(exist_ok=True)
    elif part.is_file():
        shutil.copyfile(part, target)
    else:
        # A device or a socket: the runtime makes its own.
        return
    stat = part.stat()
    os.chown(target, stat.st_uid, stat.st_gid)
    shutil.copystat(part, target)


def say_packages(kept: Iterable[str], out: Path) -> None:
    owner = debian.owners()
    packages = {owner[file] for file in kept if file in owner and not Path(file).is_dir()}
    data = out / debian.DATA.relative_to("/")
    (data / "info").mkdir(parents=True, exist_ok=True)
    status = (debian.DATA / "status").read_text(encoding="utf-8")
    written = [data / "status"]
    written[0].write_text(debian.status_of(packages, status), encoding="utf-8")
    for package in sorted(packages):
        written.append(data / "info" / f"{package}.list")
        shutil.copyfile(debian.DATA / "info" / f"{package}.list", written[-1])
    for file in written:
        os.utime(file, (0, 0))


def say_folders(libraries: Iterable[Path], out: Path) -> None:
    """For the loader: environment variables of the whole image, LD_LIBRARY_PATH among them, do not come along. What
    lies beside a backend is found by the backend."""
    others = {library.parent for library in libraries if "backends" not in library.parts}
    folders = sorted(str(folder) for folder in others if "packages/" not in str(folder))
    paths = out / LOADER_PATHS
    paths.parent.mkdir(parents=True, exist_ok=True)
    paths.write_text("".join(f"{folder}\n" for folder in folders), encoding="utf-8")
    subprocess.run(["ldconfig", "-r", str(out)], check=True)
    for file in (paths, out / "etc/ld.so.cache"):
        os.utime(file, (0, 0))
