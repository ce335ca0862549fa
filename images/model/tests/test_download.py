"""Promise: a download goes on where the connection broke, gives up in the end, and never takes another file."""

import random
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bert_exporter import download as module
from bert_exporter.download import TRIES, download
from bert_exporter.errors import SourceAccessDenied, SourceError, SourceNotFound, SourceUnreachable, WrongChecksum
from web import Page, Web, serving

CONTENT = random.Random(1).randbytes(300_000)


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_PAUSE_SECONDS", 0)


def _get(web: Web, tmp_path: Path, path: str = "/model", login: str | None = None, sha256: str | None = None) -> bytes:
    page = web.pages.get(path)
    wanted = sha256 or (page.sha256 if page else None)
    download(web.address + path, wanted, tmp_path / "file", login, "model.http.archive")
    return (tmp_path / "file").read_bytes()


def _ranges(web: Web) -> list[str | None]:
    return [request.range for request in web.requests]


def test_goes_on_where_the_connection_broke(web: Web, tmp_path: Path) -> None:
    web.put("/model", CONTENT, cuts=[100_000, 50_000])
    assert _get(web, tmp_path) == CONTENT
    assert _ranges(web) == [None, "bytes=100000-", "bytes=150000-"]


def test_begins_anew_where_the_server_knows_no_ranges(web: Web, tmp_path: Path) -> None:
    web.put("/model", CONTENT, cuts=[100_000], ranges=False)
    assert _get(web, tmp_path) == CONTENT
    assert _ranges(web) == [None, "bytes=100000-"]


def test_begins_anew_where_another_file_lies_there_now(web: Web, tmp_path: Path) -> None:
    web.put("/model", CONTENT[::-1], cuts=[100_000], then=Page(CONTENT))
    assert _get(web, tmp_path, sha256=Page(CONTENT).sha256) == CONTENT
    assert _ranges(web) == [None, "bytes=100000-"]


def test_begins_anew_where_another_part_comes(web: Web, tmp_path: Path) -> None:
    web.put("/model", CONTENT, cuts=[100_000], misplaced=[1000])
    assert _get(web, tmp_path) == CONTENT
    assert _ranges(web) == [None, "bytes=100000-", None]


def test_a_server_that_is_busy_is_asked_again(web: Web, tmp_path: Path) -> None:
    web.put("/model", CONTENT, failures=[503, 429])
    assert _get(web, tmp_path) == CONTENT


def test_a_part_that_is_beyond_the_end_begins_anew(web: Web, tmp_path: Path) -> None:
    web.put("/model", CONTENT, cuts=[100_000], failures=[0, 416])
    assert _get(web, tmp_path) == CONTENT
    assert _ranges(web) == [None, "bytes=100000-", None]


def test_gives_up_after_so_many_tries(web: Web, tmp_path: Path) -> None:
    web.put("/model", CONTENT, cuts=[1000] * 99)
    with pytest.raises(SourceUnreachable, match=f"model.http.archive: .*ended 29.000 bytes early.*{TRIES} times"):
        _get(web, tmp_path)
    assert len(web.requests) == TRIES


def test_gives_up_where_it_only_ever_begins_anew(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK_BYTES", 1000)
    web.put("/model", CONTENT, cuts=[5000] * 99, ranges=False)
    with pytest.raises(SourceUnreachable):
        _get(web, tmp_path)
    assert len(web.requests) == TRIES + 1


def test_tries_that_come_further_do_not_count(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK_BYTES", 10_000)
    web.put("/model", CONTENT, cuts=[20_000] * 14)
    assert _get(web, tmp_path) == CONTENT
    assert len(web.requests) == 15


def test_another_file(web: Web, tmp_path: Path) -> None:
    actual = web.put("/model", CONTENT)["sha256"]
    with pytest.raises(WrongChecksum, match=f"300000 bytes with the SHA-256 {actual}, not {'f' * 64}\n.*{actual}"):
        _get(web, tmp_path, sha256="f" * 64)


def test_a_page_in_place_of_the_file(web: Web, tmp_path: Path) -> None:
    web.put("/model", b"<html>Log in", type="text/html")
    with pytest.raises(WrongChecksum, match="a web page, such as a login"):
        _get(web, tmp_path, sha256="f" * 64)


def test_a_file_without_end(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHECKPOINT_BYTES", 200_000)
    web.put("/model", CONTENT)
    with pytest.raises(SourceError, match="is larger than"):
        _get(web, tmp_path)


@pytest.mark.parametrize(
    ("login", "seen"), [(None, "no credential was sent"), ("Bearer wrong", "the credential in use gives no access")]
)
def test_no_access(login: str | None, seen: str, web: Web, tmp_path: Path) -> None:
    web.put("/model", CONTENT, authorization="Bearer right")
    with pytest.raises(SourceAccessDenied, match=f"HTTP 401: {seen}") as error:
        _get(web, tmp_path, login=login)
    assert "wrong" not in str(error.value)
    assert len(web.requests) == 1


def test_no_such_file(web: Web, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="HTTP 404: there is no such file"):
        _get(web, tmp_path, "/none")


def test_nobody_answers(tmp_path: Path) -> None:
    # Port 9 of the loopback interface: discard, which no machine of today serves.
    with pytest.raises(SourceUnreachable, match=f"refused.*{TRIES} times"):
        download("http://127.0.0.1:9/x", None, tmp_path / "file", None, "model.http.archive")


def test_a_redirect_on_the_same_server_keeps_the_login(web: Web, tmp_path: Path) -> None:
    web.put("/model", b"", authorization="Bearer right", redirect="/there")
    wanted = web.put("/there", CONTENT, authorization="Bearer right")["sha256"]
    assert _get(web, tmp_path, login="Bearer right", sha256=wanted) == CONTENT


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_redirect_to_another_server_loses_the_login(host: str, web: Web, tmp_path: Path) -> None:
    """Another port is another server; so is another name of this one."""
    with serving() as other:
        there = other.address if host == "127.0.0.1" else web.address.replace("127.0.0.1", host)
        wanted = (other if host == "127.0.0.1" else web).put("/there", CONTENT)["sha256"]
        web.put("/model", b"", authorization="Bearer right", redirect=f"{there}/there")
        assert _get(web, tmp_path, login="Bearer right", sha256=wanted) == CONTENT
        logins = [request.authorization for request in (*web.requests, *other.requests)]
    assert logins == ["Bearer right", None]


def test_a_login_that_is_lost_on_the_way_stays_lost(web: Web, tmp_path: Path) -> None:
    with serving() as other:
        web.put("/model", b"", redirect=f"{other.address}/back")
        other.put("/back", b"", redirect=f"{web.address}/there")
        wanted = web.put("/there", CONTENT)["sha256"]
        assert _get(web, tmp_path, login="Bearer right", sha256=wanted) == CONTENT
    assert [request.authorization for request in web.requests] == ["Bearer right", None]


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1/x"])
def test_a_redirect_out_of_the_web(target: str, web: Web, tmp_path: Path) -> None:
    web.put("/model", b"", redirect=target)
    with pytest.raises(SourceUnreachable, match="HTTP 302"):
        _get(web, tmp_path)


def test_a_broken_connection_behind_a_redirect(web: Web, tmp_path: Path) -> None:
    with serving() as other:
        wanted = other.put("/there", CONTENT, cuts=[100_000])["sha256"]
        web.put("/model", b"", authorization="Bearer right", redirect=f"{other.address}/there")
        assert _get(web, tmp_path, login="Bearer right", sha256=wanted) == CONTENT
        assert _ranges(other) == [None, "bytes=100000-"]


def test_a_proxy(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # the variable that the image build sets
    monkeypatch.setenv("HTTP_PROXY", web.address)
    page = Page(CONTENT)
    web.pages["http://nexus.example.com/model"] = page
    download("http://nexus.example.com/model", page.sha256, tmp_path / "file", None, "model.http.archive")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_private_ca(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    self_signed = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=nexus", "-days", "2"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*self_signed, *names], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with serving(tls) as web:
        web.put("/model", CONTENT)
        with pytest.raises(SourceUnreachable, match=r"certificate is not trusted .*\n.*build\.ca"):
            _get(web, tmp_path)
        # the variable that the image build sets
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert _get(web, tmp_path) == CONTENT
