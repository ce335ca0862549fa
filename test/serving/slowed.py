"""A server whose graph takes 150 ms a run, so that requests wait without a large model. In: as for rendering.serve.
Out: a server; each run of its graph leaves a line in its log."""

from pathlib import Path
from typing import Any

from rendering import KINDS, serve
from triton import Triton

RUN = "a slowed run"
SLOW = f"""

class _Slow:
    def __init__(self, session):
        self._session = session

    def run(self, *arguments):
        import time

        print("{RUN}", flush=True)
        time.sleep(0.15)
        return self._session.run(*arguments)


_open_session = open_session


def open_session(path, threads):
    return _Slow(_open_session(path, threads))
"""


def serve_slowly(folder: Path, kind: str, **options: Any) -> Triton:
    """`kind`: of rendering.KINDS."""
    server = serve(folder, **KINDS[kind], **options)
    for sessions in server.repository.glob("*/1/bert_batching/sessions.py"):
        sessions.write_text(sessions.read_text(encoding="utf-8") + SLOW, encoding="utf-8")
    return server
