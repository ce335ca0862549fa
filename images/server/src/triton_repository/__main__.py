"""The command line: `render` writes a repository, `verify` starts a server on it, asks the golden examples, and replays
the model's proof.
Exit status: 0 done, 1 not (said on stderr). What is wrong with the model as the config has it is written to the
verdict, and the exit status is 0; `render` without one ends with 1 for it. A model that the exporter's verdict refuses
has nothing to render."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

from triton_repository.errors import InvalidInput, Problem, Warned
from triton_repository.verdict import Verdict, joined, read_verdict, write_verdict
from triton_repository.verify import Asked, verify


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.command == "verify":
        asked = Asked(options.golden, options.probe, options.replay, options.repository, options.http)
        return verify(asked, options.server, options.seconds, options.verdict, options.earlier)
    return _judged(options, Verdict() if options.verdict is None else read_verdict(options.verdict))


def _judged(options: argparse.Namespace, earlier: Verdict) -> int:
    """Renders. `earlier`: what the exporter has found."""
    if earlier.problems:
        return 0
    try:
        warnings = _render(options)
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
        write_verdict(options.verdict, joined(earlier, Verdict(judged)))
        return 0
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if options.verdict is not None:
        write_verdict(options.verdict, joined(earlier, Verdict(warnings=[warning.told() for warning in warnings])))
    return 0


def _render(options: argparse.Namespace) -> Sequence[Warned]:
    # Only here: `verify` runs in the server image, which has neither PyYAML nor protobuf.
    from bert_tasks.proof import FILE
    from triton_repository.contract import read_contract
    from triton_repository.expected import read_expected, untold, write_replay
    from triton_repository.repository import write_golden, write_repository
    from triton_repository.spec import read_serving

    contract = read_contract(options.templates / "contract.yaml")
    serving = read_serving(options.spec, options.model / "model.json", contract)
    expected = read_expected(options.model / FILE, serving, options.spec.name) if options.golden else None
    sources, with_graph = (options.model, options.templates), not options.no_graph
    write_repository(serving, contract, *sources, options.out, with_graph)
    if options.without_gpu and serving.device == "gpu":
        on_cpu = dataclasses.replace(serving, device="cpu")
        write_repository(on_cpu, contract, *sources, options.without_gpu, with_graph)
    if expected:
        write_golden(serving, contract, expected, options.golden)
    if expected and options.replay:
        write_replay(expected, contract, options.replay)
    return [*serving.warnings, *(untold(expected, serving) if expected else [])]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="triton_repository", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    render = commands.add_parser("render", help="write the Triton model repository")
    render.add_argument("--spec", type=Path, required=True, help="spec.json: what is to be served")
    render.add_argument("--model", type=Path, required=True, help="folder with what the exporter has written")
    render.add_argument("--templates", type=Path, required=True, help="model_repository_templates")
    render.add_argument("--out", type=Path, required=True, help="where the repository goes")
    render.add_argument("--golden", type=Path, help="also write what a pod is asked to this file, of proof.json, too")
    render.add_argument("--replay", type=Path, help="with --golden: replay.json, what `verify` asks besides")
    render.add_argument(
        "--verdict",
        type=Path,
        help="verdict.json: the exporter's, if it is there; what is found goes there, too",
    )
    render.add_argument("--no-graph", action="store_true", help="leave model.onnx out; somebody else puts it there")
    render.add_argument(
        "--without-gpu",
        type=Path,
        help="for a GPU: also write it for a CPU here, to verify it in a build that has none",
    )

    check = commands.add_parser("verify", help="start a server, ask it the golden examples, replay the model's proof")
    check.add_argument("--golden", type=Path, required=True, help="golden.json as `render --golden` wrote it")
    check.add_argument("--replay", type=Path, required=True, help="replay.json as `render --replay` wrote it")
    check.add_argument("--repository", type=Path, required=True, help="what the server serves")
    check.add_argument("--probe", type=Path, required=True, help="golden_probe.py")
    check.add_argument("--verdict", type=Path, required=True, help="verdict.json: where wrong answers go")
    check.add_argument("--earlier", type=Path, required=True, help="verdict.json of another stage, if it has one")
    check.add_argument("--seconds", type=int, default=300, help="how long the server may take to load (default: 300)")
    check.add_argument("--http", default="127.0.0.1:8000", metavar="HOST:PORT", help="where the server listens")
    check.add_argument("server", nargs="+", metavar="-- COMMAND", help="the server and its arguments")
    return parser


if __name__ == "__main__":
    sys.exit(main())
