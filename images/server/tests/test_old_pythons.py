"""What runs inside a server image meets that image's Python, 3.8 at the oldest; probe and watch have only that."""

import ast
import sys
from pathlib import Path

import pytest

from fitting import SOURCES, TASKS, TEMPLATES

RENDERER = SOURCES / "triton_repository"
PROBE = SOURCES / "golden_probe.py"
FAULTS = SOURCES / "build_faults.py"
BESIDE_THE_PROBE = sorted((SOURCES / "bert_probe").rglob("*.py"))
WATCH = [SOURCES / "watch.py", *sorted((SOURCES / "bert_watch").rglob("*.py"))]
# `verify` is started in the server image: the command line, and what it imports before it knows the command.
IN_THE_IMAGE = [
    PROBE,
    FAULTS,
    *BESIDE_THE_PROBE,
    *WATCH,
    *sorted((SOURCES / "triton_base").glob("*.py")),
    *sorted(TEMPLATES.rglob("*.py")),
    *sorted(TASKS.rglob("*.py")),
    *(RENDERER / name for name in ("__init__.py", "__main__.py", "errors.py", "replay.py", "verdict.py", "verify.py")),
]


def imports(tree: ast.AST) -> set[str]:
    modules = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {module.partition(".")[0] for module in modules}


@pytest.mark.parametrize("file", IN_THE_IMAGE, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_syntax_of_3_8_with_annotations_that_nobody_evaluates(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 8))
    defines = any(isinstance(node, ast.FunctionDef) for node in ast.walk(tree))
    assert "__future__" in imports(tree) or not defines


def test_probe_and_watch_need_the_standard_library_only() -> None:
    ours = {"bert_probe", "bert_tasks"}
    assert imports(ast.parse(PROBE.read_text(encoding="utf-8"))) <= {*sys.stdlib_module_names, *ours}
    of_the_probe = [*BESIDE_THE_PROBE, TASKS / "__init__.py", *TASKS.glob("*/__init__.py"), *TASKS.glob("*/expect.py")]
    assert len(of_the_probe) > 6
    for file in of_the_probe:
        assert imports(ast.parse(file.read_text(encoding="utf-8"))) <= sys.stdlib_module_names
    for file in (FAULTS, *(RENDERER / name for name in ("errors.py", "verdict.py", "verify.py"))):
        needs = imports(ast.parse(file.read_text(encoding="utf-8")))
        assert needs <= {*sys.stdlib_module_names, "triton_repository", "build_faults"}
    for file in (SOURCES / "triton_base").glob("*.py"):
        needs = imports(ast.parse(file.read_text(encoding="utf-8")))
        assert needs <= {*sys.stdlib_module_names, "triton_base", "build_faults", "numpy"}
    for file in WATCH:
        assert imports(ast.parse(file.read_text(encoding="utf-8"))) <= {*sys.stdlib_module_names, "bert_watch"}
