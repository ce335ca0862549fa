"""A web server over files in memory, for the tests of storage `http`: ranges, logins, redirects, broken connections.

In: what to serve, and what goes wrong. Out: HTTP on the loopback interface, and the requests that came.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread


@dataclass
class Page:
    """What lies under an address.

    Attributes:
        content: the file.
        authorization: the header that it asks for; None = none.
        cuts: for each request in turn, the bytes after which the connection ends; None = it doesn't.
        failures: for each request in turn, an HTTP status to fail with; 0 = none.
        redirect: where it lies instead.
        ranges: whether a part can be asked for.
        misplaced: for each part in turn, by how many bytes it is another one.
        type: Content-Type.
        then: what lies there after one request.
    """

    content: bytes = b""
    authorization: str | None = None
    cuts: list[int | None] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    redirect: str | None = None
    ranges: bool = True
    misplaced: list[int] = field(default_factory=list)
    type: str = "application/octet-stream"
    then: "Page | None" = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Request:
    """A request that came."""

    path: str
    authorization: str | None
    range: str | None


@dataclass
class Web:
    """A running server. Pages may be added and changed at any time."""

    address: str
    pages: dict[str, Page]
    requests: list[Request]

    def put(self, path: str, content: bytes, **more: object) -> dict[str, str]:
        """Puts a file under a path; returns what a spec says of it."""
        page = Page(content, **more)  # type: ignore[arg-type]
        self.pages[path] = page
        return {"url": self.address + path, "sha256": page.sha256}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        asked = Request(self.path, self.headers.get("Authorization"), self.headers.get("Range"))
        self.server.requests.append(asked)
        page = self.server.pages.get(self.path)
        if page is None:
            return self._fail(404)
        if page.then is not None:
            self.server.pages[self.path] = page.then
        if page.failures and (status := page.failures.pop(0)):
            return self._fail(status)
        if page.authorization is not None and asked.authorization != page.authorization:
            return self._fail(401)
        if page.redirect is not None:
            return self._fail(302, Location=page.redirect)
        return self._send(page)

    def _send(self, page: Page) -> None:
        start, tag = 0, f'"{page.sha256}"'
        asked = self.headers.get("Range")
        if asked and page.ranges and self.headers.get("If-Range", tag) == tag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            start += page.misplaced.pop(0) if page.misplaced else 0
            if start >= len(page.content):
                return self._fail(416)
        body = page.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", page.type)
        self.send_header("ETag", tag)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(page.content) - 1}/{len(page.content)}")
        self.end_headers()
        cut = page.cuts.pop(0) if page.cuts else None
        self.wfile.write(body[:cut])
        self.close_connection = True
        return None

    def _fail(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is a part of the tests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, Page] = {}
        self.requests: list[Request] = []


@contextmanager
def serving(tls: SSLContext | None = None) -> Iterator[Web]:
    """Runs one, on a free port."""
    with _Server() as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        scheme = "http" if tls is None else "https"
        yield Web(f"{scheme}://127.0.0.1:{server.server_port}", server.pages, server.requests)
        server.shutdown()
        thread.join()
