"""Downloads a file over HTTP, goes on where a connection broke, and proves it to be the file that was meant.

In: its address and SHA-256, perhaps a login. Out: the file, or a SourceError. The login goes to the address's own
origin alone: a redirect to another one (Artifactory hands out addresses of a bucket) is followed without it.
"""

import hashlib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from bert_exporter.errors import SourceAccessDenied, SourceError, SourceNotFound, SourceUnreachable, WrongChecksum
from bert_exporter.storage import MAX_CHECKPOINT_BYTES

# In a row, none of which comes a chunk further; with pauses between them that double.
TRIES = 4
_FIRST_PAUSE_SECONDS = 1.0
_SILENCE_SECONDS = 60
_CHUNK_BYTES = 1 << 20
# Besides 5xx, what RFC 9110 and 6585 say may be asked again.
_TRY_AGAIN = {408, 425, 429}


def download(url: str, sha256: str | None, into: Path, authorization: str | None, where: str) -> None:
    """Downloads one file.

    Args:
        url: its address.
        sha256: of its content; None = whatever lies there is meant.
        into: the file to write; what lies there is overwritten.
        authorization: value of the header `Authorization`; None = none is sent.
        where: what it is, for messages.
    Raises:
        SourceAccessDenied, SourceNotFound, SourceUnreachable: when it cannot be had.
        WrongChecksum: when it is another file.
    """
    opener = build_opener(_Redirects)
    with into.open("wb") as out:
        partial = _Partial(out)
        in_vain = 0
        while True:
            before = partial.furthest
            try:
                _go_on(opener, url, authorization, partial, where)
                break
            except _Broken as problem:
                in_vain = 0 if partial.furthest - before >= _CHUNK_BYTES else in_vain + 1
                if in_vain == TRIES:
                    raise SourceUnreachable(
                        f"no usable answer ({problem}), {TRIES} times",
                        where=where,
                        remedy="check address, network and proxy; the build needs to reach the address",
                    ) from None
                time.sleep(_FIRST_PAUSE_SECONDS * 2 ** (in_vain - 1) if in_vain else 0)
    if sha256 is not None and partial.sha256 != sha256:
        page = " (a web page, such as a login)" if partial.type == "text/html" else ""
        raise WrongChecksum(
            f"{partial.size} bytes{page} with the SHA-256 {partial.sha256}, not {sha256}",
            where=where,
            remedy=f"check the address; if another file is meant now, set its sha256 to {partial.sha256}",
        )


class _Broken(Exception):
    """Something that may be gone when it is tried again."""


class _Partial:
    """What has come of a file."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.furthest = 0
        self.start_again()

    def start_again(self) -> None:
        """Forgets what has come."""
        self._out.seek(0)
        self._out.truncate()
        self._digest = hashlib.sha256()
        self.size = 0
        self.tag: str | None = None
        self.type = ""

    def add(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)
        self.size += len(data)
        self.furthest = max(self.furthest, self.size)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def _go_on(opener: OpenerDirector, url: str, authorization: str | None, partial: _Partial, where: str) -> None:
    """Gets what is missing.

    Raises:
        _Broken: when there is more to come, or to be tried again.
        SourceError: when there is no use in it.
    """
    request = Request(url, headers={"User-Agent": "triton-bert", "Accept": "*/*"})
    if authorization is not None:
        request.add_unredirected_header("Authorization", authorization)
    if partial.size > 0:
        request.add_header("Range", f"bytes={partial.size}-")
        if partial.tag is not None:
            request.add_header("If-Range", partial.tag)
    with (
        _explained(has_login=authorization is not None, partial=partial, where=where),
        opener.open(request, timeout=_SILENCE_SECONDS) as response,
    ):
        if response.status != 206:
            partial.start_again()
        elif not _continues(response.headers, partial.size):
            partial.start_again()
            raise _Broken("another part of the file than was asked for")
        partial.tag = _strong_tag(response.headers)
        partial.type = response.headers.get_content_type()
        _receive(response, partial, where)


def _receive(response: HTTPResponse, partial: _Partial, where: str) -> None:
    missing = response.length
    # read1: what came before a connection broke is kept
    while data := response.read1(_CHUNK_BYTES):
        partial.add(data)
        if missing is not None:
            missing -= len(data)
        if partial.size > MAX_CHECKPOINT_BYTES:
            raise SourceError(
                f"is larger than {MAX_CHECKPOINT_BYTES >> 30} GiB", where=where, remedy="a checkpoint's file"
            )
    if missing:
        raise _Broken(f"the connection ended {missing} bytes early")


@contextmanager
def _explained(*, has_login: bool, partial: _Partial, where: str) -> Iterator[None]:
    """Turns what urllib raises into words, or into another try."""
    try:
        yield
    except HTTPError as problem:
        with problem:
            if problem.code == 416:  # another file lies there now, and it is shorter
                partial.start_again()
            if problem.code >= 500 or problem.code in {*_TRY_AGAIN, 416}:
                raise _Broken(f"HTTP {problem.code}") from None
            raise _refusal(problem.code, has_login, where) from None
    except URLError as problem:
        if isinstance(problem.reason, ssl.SSLCertVerificationError):
            raise SourceUnreachable(
                f"its certificate is not trusted ({problem.reason.verify_message})",
                where=where,
                remedy="name the private CA under build.ca",
            ) from None
        raise _Broken(str(problem.reason)) from None
    except (HTTPException, ConnectionError, TimeoutError, ssl.SSLError) as problem:
        raise _Broken(str(problem) or type(problem).__name__) from None


def _refusal(status: int, has_login: bool, where: str) -> SourceError:
    if status in (401, 403, 407):
        seen = "the credential in use gives no access" if has_login else "no credential was sent"
        return SourceAccessDenied(
            f"HTTP {status}: {seen}", where=where, remedy="name a credential with read access to the address"
        )
    if status in (404, 410):
        return SourceNotFound(
            f"HTTP {status}: there is no such file",
            where=where,
            remedy="check the address; some servers say so too where a credential is missing",
        )
    return SourceUnreachable(f"HTTP {status}", where=where, remedy="an address that answers a GET with the file")


def _continues(headers: HTTPMessage, size: int) -> bool:
    return str(headers.get("Content-Range", "")).startswith(f"bytes {size}-")


def _strong_tag(headers: HTTPMessage) -> str | None:
    """RFC 9110, 13.1.5: a weak one must not be asked with."""
    tag = headers.get("ETag")
    return tag if tag is not None and not tag.startswith("W/") else None


class _Redirects(HTTPRedirectHandler):
    """urllib's own, but for where they may lead and who gets the login."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if urlsplit(newurl).scheme not in ("http", "https"):
            raise HTTPError(newurl, code, msg, headers, fp)
        new = super().redirect_request(req, fp, code, msg, headers, newurl)
        login = req.unredirected_hdrs.get("Authorization")
        if new is not None and login is not None and _origin(req.full_url) == _origin(newurl):
            new.add_unredirected_header("Authorization", login)
        return new


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]
