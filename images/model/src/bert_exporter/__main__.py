"""Command line, to be run one after the other:

    python -m bert_exporter fetch  --spec spec.json --fetched DIR
    python -m bert_exporter export --spec spec.json --fetched DIR --sources DIR --out DIR

Two processes, so that what is fetched is never loaded where a credential is. In: the arguments, and to `fetch` the
variables of `credentials.py`. Out: exit code 0, also for a model that `export` refuses (verdict.py); else that
of the fault (faults.json), with `error: …` on standard error; a traceback only for what is a bug of ours.
"""

import argparse
import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from bert_exporter.credentials import refuse_credentials, take_credentials
from bert_exporter.errors import ExportError
from bert_exporter.faults import exit_code
from bert_exporter.fetching import fetch
from bert_exporter.masking import masked_output
from bert_exporter.pipeline import run
from bert_exporter.spec import read_spec
from bert_exporter.storage import Places
from bert_exporter.verdict import is_judgment, write_refusal, write_warnings


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; returns the exit code."""
    options = _parser().parse_args(arguments)
    _hush_libraries()
    return int(options.command(options))


def _fetch(options: argparse.Namespace) -> int:
    def work() -> None:
        credentials = take_credentials(os.environ)
        mask.hide(credentials.values())
        fetch(options.spec, options.fetched, credentials, _say)

    with masked_output() as mask:
        return _exit_code(work)


def _export(options: argparse.Namespace) -> int:
    def work() -> None:
        refuse_credentials(os.environ)
        spec = read_spec(options.spec)
        try:
            warnings = run(spec, Places(options.sources, options.fetched), options.out, _say)
        except ExportError as problem:
            if not is_judgment(problem):
                raise
            write_refusal(options.out, problem, spec)
            print(f"refused: {problem}", file=sys.stderr)
        else:
            write_warnings(options.out, warnings)

    return _exit_code(work)


def _exit_code(work: Callable[[], None]) -> int:
    """Does the work, and prints what went wrong."""
    try:
        work()
    except ExportError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return exit_code(problem)
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bert_exporter", description="BERT classifier to verified ONNX.")
    commands = parser.add_subparsers(required=True)
    fetching = commands.add_parser("fetch", help="get model and tokenizer; the command that may have credentials")
    export = commands.add_parser("export", help="convert, prove equal to the original, write the result")
    for command in (fetching, export):
        command.add_argument("--spec", type=Path, required=True, help="spec.json: what to export")
        command.add_argument("--fetched", type=Path, required=True, help="folder that `fetch` fills")
    export.add_argument(
        "--sources", type=Path, required=True, help="folder with model/ and tokenizer/ of local sources"
    )
    export.add_argument("--out", type=Path, required=True, help="folder for model/, and quality.json or verdict.json")
    fetching.set_defaults(command=_fetch)
    export.set_defaults(command=_export)
    return parser


def _hush_libraries() -> None:
    """Settings of the libraries: their progress bars and warnings would bury the one line that matters."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # The hub's newer transfer goes to other hosts and reads no SSL_CERT_FILE: behind a private CA it fails.
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.disable(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
