"""The command line: `render` writes a repository, `verify` starts a server on it and asks the golden examples.
Exit status: 0 done, 1 not (said on stderr). What is wrong with the model as the config has it is written to the
verdict, and the exit status is 0; `render` without one ends with 1 for it."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

from triton_repository.errors import InvalidInput, Problem
from triton_repository.verdict import write_verdict
from triton_repository.verify import verify


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        if options.command == "verify":
            files = (options.verdict, options.earlier)
            return verify(options.golden, options.probe, options.server, options.seconds, *files)
        _render(options)
    except InvalidInput as invalid:
        for problem in invalid.problems:
            print(f"error: {problem}", file=sys.stderr)
        # Of another file than the spec, nothing is the config's.
        judged = [
            problem.judged()
            for problem in invalid.problems
            if isinstance(problem, Problem) and problem.file == options.spec.name
        ]
        if options.verdict is None or len(judged) < len(invalid.problems):
            return 1
        write_verdict(options.verdict, judged)
    return 0


def _render(options: argparse.Namespace) -> None:
    # Only here: `verify` runs in the server image, which has neither PyYAML nor protobuf.
    from triton_repository.contract import read_contract
    from triton_repository.repository import write_golden, write_repository
    from triton_repository.spec import read_serving

    contract = read_contract(options.templates / "contract.yaml")
    serving = read_serving(options.spec, options.model / "model.json", contract)
    sources, with_graph = (options.model, options.templates), not options.no_graph
    write_repository(serving, contract, *sources, options.out, with_graph)
    if options.without_gpu and serving.device == "gpu":
        on_cpu = dataclasses.replace(serving, device="cpu")
        write_repository(on_cpu, contract, *sources, options.without_gpu, with_graph)
    if options.golden:
        write_golden(serving, contract, options.golden)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="triton_repository", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    render = commands.add_parser("render", help="write the Triton model repository")
    render.add_argument("--spec", type=Path, required=True, help="spec.json: what is to be served")
    render.add_argument("--model", type=Path, required=True, help="folder with model.onnx, tokenizer.json, model.json")
    render.add_argument("--templates", type=Path, required=True, help="model_repository_templates")
    render.add_argument("--out", type=Path, required=True, help="where the repository goes")
    render.add_argument("--golden", type=Path, help="also write the golden examples to this file")
    render.add_argument("--verdict", type=Path, help="verdict.json: where it goes that the spec does not fit the model")
    render.add_argument("--no-graph", action="store_true", help="leave model.onnx out; somebody else puts it there")
    render.add_argument(
        "--without-gpu",
        type=Path,
        help="for a GPU: also write it for a CPU here, to verify it in a build that has none",
    )

    check = commands.add_parser("verify", help="start a server and ask it the golden examples")
    check.add_argument("--golden", type=Path, required=True, help="golden.json as `render --golden` wrote it")
    check.add_argument("--probe", type=Path, required=True, help="golden_probe.py")
    check.add_argument("--verdict", type=Path, required=True, help="verdict.json: where wrong answers go")
    check.add_argument("--earlier", type=Path, required=True, help="verdict.json of another stage, if it has one")
    check.add_argument("--seconds", type=int, default=300, help="how long the server may take to load (default: 300)")
    check.add_argument("server", nargs="+", metavar="-- COMMAND", help="the server and its arguments")
    return parser


if __name__ == "__main__":
    sys.exit(main())
