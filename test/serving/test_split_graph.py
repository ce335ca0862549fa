"""Promise: a model of more than 2 GiB, whose model.onnx is a folder, is served as any other. Here a small one in that
form; Triton's C++ backend, for which these tests have a stand-in alone, is not asked."""

from pathlib import Path

import pytest

from ask import infer_http
from rendering import KINDS, serve


@pytest.mark.parametrize("kind", ["fused", "ensemble"])
def test_weights_in_a_file_of_their_own(tmp_path: Path, kind: str) -> None:
    texts = ["Help me, I am lost", "I love it"]
    scores = []
    for split in (False, True):
        with serve(tmp_path / str(split), split=split, **KINDS[kind]) as server:
            files = {path.name for path in (tmp_path / str(split) / "models").rglob("model.onnx*")}
            assert ("model.onnx.data" in files) == split
            scores.append(infer_http(server, texts).as_numpy("scores").tolist())
    assert scores[0] == scores[1]
