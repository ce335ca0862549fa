"""Command line: `python -m bert_exporter export --spec spec.json --sources DIR --out DIR`.

In: the arguments, and a token in HF_TOKEN (an environment variable, so that it shows in no process list). Out: exit
code 0, or 1 with `error: …` on standard error; a traceback only for what is a bug of ours.
"""

import argparse
import logging
import os
import sys
import traceback
from pathlib import Path

from bert_exporter.errors import ExportError
from bert_exporter.pipeline import run


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    # Taken out of the environment: no library may pick it up by itself and send it elsewhere.
    token = os.environ.pop("HF_TOKEN", "").strip() or None
    _hush_libraries()
    try:
        run(options.spec, options.sources, options.out, token, say=lambda line: print(line, flush=True))
    except ExportError as problem:
        print(_without(f"error: {problem}", token), file=sys.stderr)
        return 1
    except Exception:
        print(_without(traceback.format_exc(), token), file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bert_exporter", description="BERT classifier to verified ONNX.")
    commands = parser.add_subparsers(required=True)
    export = commands.add_parser("export", help="fetch, convert, prove equal to the original, write the result")
    export.add_argument("--spec", type=Path, required=True, help="spec.json: what to export")
    export.add_argument(
        "--sources", type=Path, required=True, help="folder with model/ and tokenizer/ of local sources"
    )
    export.add_argument("--out", type=Path, required=True, help="folder for model/ and quality.json")
    return parser


def _hush_libraries() -> None:
    """Settings of the libraries: their progress bars and warnings would bury the one line that matters."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # The hub's newer transfer goes to other hosts and reads no REQUESTS_CA_BUNDLE: behind a private CA it fails.
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.disable(logging.WARNING)


def _without(text: str, secret: str | None) -> str:
    """The last line of defence: nothing here prints the token, but a library's error might quote it."""
    return text.replace(secret, "***") if secret else text


if __name__ == "__main__":
    sys.exit(main())
