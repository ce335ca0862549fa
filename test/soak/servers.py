"""The soak against servers of its own: the real tritonserver with the product's flags, each pipeline after the other,
on the classifier of the serving tests or on a given one. In: how much. Out: what soak.py prints; docs/soak.md, if asked
for; exit code 1 if a run had problems.

`npm run soak` calls it; by hand: `python test/soak/servers.py`, with the python of the serving tests' environment."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("test/serving", "images/server/src", "images/shared", "model_repository_templates/shared")
sys.path[:0] = [str(ROOT / folder) for folder in OURS]

# ruff: noqa: E402 - the path is set above
import report
import soak
from rendering import render, render_model
from triton import Triton

PIPELINES = ("fused", "ensemble")
# As pods have it by default; a line for each answer would be a load of its own.
LOG_SLOWER_THAN_MS = 1000
BATCH = 16
PAGE = """# Odd requests beside good ones

Written by `npm run soak`; test/soak/ says what each kind is. Good requests are those of four clients over HTTP and
four over gRPC, each on a connection of its own; "good" counts those beside a kind that were answered with the label and
score known before, and p99 is of these.

A run fails if a good request is answered otherwise, a kind gets an outcome that its row does not allow, a process of
the server is another one, or if the idle server has 150 MiB or 100 open files more than before. No run fails by a time;
to be expected on two cores that nobody else uses: a p99 of the good ones, over a whole run, under 100 ms.

Kinds that need something, and are left out unless it is said to be there (NEEDS in test/soak/kind.py; `--bears`):
elements longer than their bytes, gRPC calls that are taken back, what ends Triton.
"""


def main() -> int:
    options = _parser().parse_args()
    runs: dict[str, report.Figures] = {}
    codes = [_run(pipeline, options, runs) for pipeline in options.pipelines]
    if options.docs and not any(codes):
        options.docs.write_text(report.page(PAGE, runs), encoding="utf-8")
    return max(codes)


def _run(pipeline: str, options: argparse.Namespace, runs: dict[str, report.Figures]) -> int:
    print(f"\n=== {pipeline} ===", flush=True)
    with tempfile.TemporaryDirectory(prefix="triton-bert-soak-") as name:
        folder = Path(name)
        how = {"pipeline": pipeline, "maxBatchSize": BATCH}
        rendered = (
            render_model(folder, options.classifier, **how, examples=[])
            if options.classifier
            else render(folder, **how)
        )
        with Triton(
            rendered[0], "ensemble_model", folder, rendered[1], log_slower_than_ms=LOG_SLOWER_THAN_MS
        ) as server:
            code = subprocess.run(
                [*command(server, folder / "figures.json"), *_extent(options)], check=False
            ).returncode
            if not server.alive():
                print(f"the server has ended; the end of its log:\n{server.log[-3000:]}")
        if (folder / "figures.json").exists():
            runs[pipeline] = report.read(json.loads((folder / "figures.json").read_text(encoding="utf-8")))
    return code


def command(server: Triton, out: Path) -> list[str]:
    """The soak of one server, without its extent."""
    addresses = ["--http", server.http, "--grpc", server.grpc, "--metrics", f"127.0.0.1:{server.ports['metrics']}"]
    about = ["--model", server.api_name, "--process", str(server.process_id), "--out", str(out)]
    return [sys.executable, str(Path(soak.__file__)), *addresses, *about]


def _extent(options: argparse.Namespace) -> list[str]:
    names = ("requests", "seconds", "seed", "growth", "text_bytes", "request_bytes")
    given = {name: getattr(options, name) for name in names}
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in given.items() if value is not None]
    lists = {"--only": options.only, "--bears": options.bears}
    return [*arguments, *(word for name, words in lists.items() if words for word in (name, *words))]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    soak.add_extent(parser)
    parser.add_argument("--pipelines", nargs="+", default=list(PIPELINES), choices=PIPELINES)
    parser.add_argument("--classifier", type=Path, help="folder with model.onnx, tokenizer.json, model.json")
    parser.add_argument("--docs", type=Path, help="also write the page to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
