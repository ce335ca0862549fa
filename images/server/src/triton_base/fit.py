"""Whether a base is fit to serve. In: the file system in which this runs, and the backends that are wanted. Raises
BuildFault."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from pathlib import Path
from typing import Sequence

from build_faults import BuildFault
from triton_base.libraries import missing_of

TRITON = Path("/opt/tritonserver")
# For which onnxruntime and numpy 1, which the stub was built against, have wheels.
PYTHONS = ((3, 10), (3, 11), (3, 12))
# python_backend, src/infer_request.cc: up to r24.05 a model that is not decoupled has no response sender.
LEAST_TRITON = (2, 47)
CUDA_PROVIDER = "libonnxruntime_providers_cuda.so"


def check_fit(backends: Sequence[str], triton: Path = TRITON) -> None:
    check_python(sys.version_info[:2])
    if shutil.which("tritonserver") is None:
        raise BuildFault("NoTriton", "not found")
    folder = triton / "backends"
    if not (folder / "python/libtriton_python.so").exists() or not list(
        folder.glob("python/triton_python_backend_stub*")
    ):
        raise BuildFault("NoPythonBackend", listed(folder / "python"))
    if "onnxruntime" in backends:
        check_onnxruntime(folder / "onnxruntime")
    else:
        check_age(triton / "TRITON_VERSION")
    check_numpy()


def check_python(version: Sequence[int]) -> None:
    if tuple(version) not in PYTHONS:
        raise BuildFault("UnknownPython", "it is {}.{}".format(*version))
    if importlib.util.find_spec("pip") is None:
        raise BuildFault("NoPython", "pip is missing")


def check_onnxruntime(backend: Path) -> None:
    if not (backend / "libtriton_onnxruntime.so").exists():
        raise BuildFault("NoOnnxruntimeBackend", listed(backend))
    provider = backend / CUDA_PROVIDER
    if not provider.exists():
        raise BuildFault("NoCuda", f"no {CUDA_PROVIDER}")
    missing = missing_of([provider])
    if missing:
        raise BuildFault("NoCuda", ", ".join(missing))


def check_age(file: Path) -> None:
    """Only a base that says its version is held to it; of another the build's own requests tell."""
    said = re.match(r"(\d+)\.(\d+)", file.read_text(encoding="utf-8")) if file.exists() else None
    if said and (int(said[1]), int(said[2])) < LEAST_TRITON:
        raise BuildFault("OldTriton", f"it is {said[0]}")


def check_numpy() -> None:
    if importlib.util.find_spec("numpy") is None:
        return
    import numpy

    if int(numpy.__version__.partition(".")[0]) >= 2:
        raise BuildFault("NewNumpy", f"it is {numpy.__version__}")


def listed(folder: Path) -> str:
    found = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    return f"there is {', '.join(found) or 'nothing'}"
