"""Requests that end Triton 2.51 itself, before any code of ours sees them. The README names them; when a newer Triton
survives one, its test here fails, and the README's line goes."""

import json
import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from rendering import serve
from triton import Triton

TEXT = {"name": "text_input", "shape": [1, 1], "datatype": "BYTES", "data": ["so it goes"]}


@pytest.fixture
def doomed(tmp_path: Path) -> Triton:
    return serve(tmp_path)


def ended_by(triton: Triton, body: bytes, content_type: str) -> int:
    """Sends one request; the signal that ended the server."""
    with triton:
        url = f"http://{triton.http}/v2/models/{triton.api_name}/infer"
        request = urllib.request.Request(url, data=body, headers={"Content-Type": content_type})
        with pytest.raises((urllib.error.URLError, ConnectionError)) as refused:
            urllib.request.urlopen(request, timeout=30)
        assert not isinstance(refused.value, urllib.error.HTTPError), "the server answered"
        return -triton.wait()


def test_asking_for_a_classification_of_labels(doomed: Triton) -> None:
    wanted = [{"name": "predicts", "parameters": {"classification": 1}}]
    body = json.dumps({"inputs": [TEXT], "outputs": wanted}).encode()
    assert ended_by(doomed, body, "application/json") == signal.SIGFPE


def test_ten_megabytes_sent_as_a_form(doomed: Triton) -> None:
    body = json.dumps({"inputs": [TEXT | {"data": ["a" * 10_000_000]}]}).encode()
    assert ended_by(doomed, body, "application/x-www-form-urlencoded") == signal.SIGSEGV
