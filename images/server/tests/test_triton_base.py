"""What a server image takes of the image that brings Triton: on this machine's own files, and on made ones."""

import subprocess
import sys
from pathlib import Path

import pytest

from build_faults import BuildFault
from triton_base import debian, fit, keep, libraries


@pytest.mark.parametrize(("version", "fits"), [((3, 9), False), ((3, 10), True), ((3, 12), True), ((3, 13), False)])
def test_a_python_without_wheels_is_refused(version: tuple[int, int], fits: bool) -> None:
    if fits:
        fit.check_python(version)
    else:
        with pytest.raises(BuildFault, match=f"it is {version[0]}.{version[1]}") as fault:
            fit.check_python(version)
        assert fault.value.kind == "UnknownPython"


@pytest.mark.parametrize(
    ("said", "fits"), [("2.46.0", False), ("2.47.0", True), ("2.73.0dev", True), ("3.0.0", True), (None, True)]
)
def test_a_triton_whose_python_models_must_answer_at_once_is_refused(
    tmp_path: Path, said: str | None, fits: bool
) -> None:
    file = tmp_path / "TRITON_VERSION"
    if said is not None:
        file.write_text(f"{said}\n")
    if fits:
        fit.check_age(file)
    else:
        with pytest.raises(BuildFault) as fault:
            fit.check_age(file)
        assert fault.value.kind == "OldTriton"


def test_backends_that_lack_something_are_refused_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(BuildFault, match="there is nothing") as fault:
        fit.check_onnxruntime(tmp_path / "none")
    assert fault.value.kind == "NoOnnxruntimeBackend"
    (tmp_path / "libtriton_onnxruntime.so").touch()
    with pytest.raises(BuildFault) as fault:
        fit.check_onnxruntime(tmp_path)
    assert fault.value.kind == "NoCuda"
    # no ELF: it links nothing
    (tmp_path / fit.CUDA_PROVIDER).touch()
    fit.check_onnxruntime(tmp_path)


def test_the_environment_of_these_tests_has_the_numpy_that_a_stub_takes() -> None:
    fit.check_numpy()


def test_what_a_program_links_is_found_as_the_loader_finds_it() -> None:
    linked, missing = libraries.linked_by([Path(sys.executable).resolve()])
    names = {library.name for library in linked}
    assert not missing
    assert any(name.startswith("libc.so") for name in names)
    # and what libc opens by name
    assert any(name.startswith("libnss_") for name in names)
    assert any(name.startswith("libgcc_s") for name in names)
    assert all(library.is_file() for library in linked)


def test_what_is_missing_is_named_and_the_drivers_own_libraries_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    said = (
        "\tlinux-vdso.so.1 (0x1)\n\tlibcuda.so.1 => not found\n\tlibnvidia-ml.so.1 => not found\n"
        "\tlibcublas.so.13 => not found\n\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x2)\n"
        "\t/lib64/ld-linux-x86-64.so.2 (0x3)\n"
    )
    done = subprocess.CompletedProcess([], 0, stdout=said)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    found, missing = libraries._ldd([Path("provider.so")])
    assert missing == {"libcublas.so.13"}
    assert found == {Path("/lib/x86_64-linux-gnu/libm.so.6"), Path("/lib64/ld-linux-x86-64.so.2")}


def test_what_a_wheel_brings_for_itself_is_not_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blas, fortran = tmp_path / "libopenblas-0.so", tmp_path / "libgfortran-04.so.5"
    for library in (blas, fortran):
        library.write_bytes(libraries.ELF)
    monkeypatch.setattr(libraries, "_ldd", lambda files: (set(), {fortran.name} if blas in files else set()))
    assert libraries.missing_of([blas]) == [fortran.name]
    assert libraries.missing_of([blas, fortran]) == []


def test_a_path_needs_each_link_and_folder_on_its_way(tmp_path: Path) -> None:
    real = tmp_path / "cuda-13.4" / "targets" / "lib"
    real.mkdir(parents=True)
    (real / "libcudart.so.13.4.1").touch()
    (real / "libcudart.so.13").symlink_to("libcudart.so.13.4.1")
    (tmp_path / "cuda-13.4" / "lib64").symlink_to("targets/lib")
    (tmp_path / "cuda").symlink_to(tmp_path / "cuda-13.4")
    parts = keep.parts_of(tmp_path / "cuda/lib64/libcudart.so.13")
    needed = {str(part.relative_to(tmp_path)) for part in parts if tmp_path in part.parents}
    assert needed == {
        "cuda",
        "cuda-13.4",
        "cuda-13.4/lib64",
        "cuda-13.4/targets",
        "cuda-13.4/targets/lib",
        "cuda-13.4/targets/lib/libcudart.so.13",
        "cuda-13.4/targets/lib/libcudart.so.13.4.1",
    }


def test_copies_keep_links_modes_and_times(tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    (source / "bin").mkdir(parents=True)
    program = source / "bin" / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o4755)
    (source / "bin" / "other").symlink_to("program")
    for part in (source, source / "bin", program, source / "bin" / "other"):
        keep.copy(part, out / part.relative_to(source) if part != source else out)
    assert (out / "bin" / "other").is_symlink()
    assert (out / "bin" / "program").stat().st_mode == program.stat().st_mode
    assert (out / "bin" / "program").stat().st_mtime == program.stat().st_mtime


def test_a_scanner_is_told_of_the_packages_that_are_kept() -> None:
    status = (
        "Package: libcudnn9-cuda-13\nStatus: install ok installed\nVersion: 9.1\n\n"
        "Package: nsight-systems\nStatus: install ok installed\n\n"
        "Package: libc6\nArchitecture: amd64\nVersion: 2.39\n"
    )
    kept = debian.status_of(["libc6:amd64", "libcudnn9-cuda-13"], status)
    assert [line for line in kept.splitlines() if line.startswith("Package")] == [
        "Package: libcudnn9-cuda-13",
        "Package: libc6",
    ]
    assert "\n\nPackage: libc6" in kept
    assert debian.status_of([], status) == ""


def test_trees_leave_out_what_is_named(tmp_path: Path) -> None:
    for name in ("json/decoder.py", "test/test_json.py", "config-3.12-x86_64-linux-gnu/libpython3.12.a", "os.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    names = {str(path.relative_to(tmp_path)) for path in keep.tree(tmp_path, keep.NOT_OF_PYTHON)}
    assert names == {".", "json", "json/decoder.py", "os.py"}
