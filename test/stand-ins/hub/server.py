"""The part of the Hugging Face Hub's protocol that downloads of one revision need, over a folder tree.

It exists so that the real client is tested without the real Hub: statuses and headers are what the client acts on.
In: a folder DIR/<owner>/<name>/<revision>/<files>. Out: HTTP:
  GET       /api/models/<id>/revision/<revision>   the list of files, with the commit
  HEAD, GET /<id>/resolve/<revision>/<file>        ETag, X-Repo-Commit, the content
As on the Hub, a repository that is private or does not exist answers 401 without a right token. Only method, path and
status are logged.
"""

import argparse
import hashlib
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

_ID = r"(?P<id>[\w.-]+/[\w.-]+|[\w.-]+)"
_API = re.compile(rf"/api/models/{_ID}/revision/(?P<revision>[\w.-]+)")
_RESOLVE = re.compile(rf"/{_ID}/resolve/(?P<revision>[\w.-]+)/(?P<file>.+)")

_JSON = {"Content-Type": "application/json"}

Response = tuple[int, dict[str, str], bytes]


class HubHandler(BaseHTTPRequestHandler):
    """One request. `server` is a HubServer."""

    protocol_version = "HTTP/1.1"
    server: "HubServer"

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        status, headers, body = self._response(unquote(urlsplit(self.path).path))
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _response(self, path: str) -> Response:
        match = _API.fullmatch(path) or _RESOLVE.fullmatch(path)
        if match is None or ".." in path.split("/"):
            return _failure(404, "EntryNotFound", "Not Found")
        repository = self.server.root / match["id"]
        if not repository.is_dir() or ((repository / ".private").exists() and not self._has_token()):
            return _failure(401, "RepoNotFound", "Invalid username or password.")
        revision = repository / match["revision"]
        if not revision.is_dir():
            return _failure(404, "RevisionNotFound", f"Invalid rev id: {match['revision']}")
        if match.re is _API:
            return 200, _JSON, self._listing(match["id"], revision)
        file = revision / match["file"]
        if not file.is_file():
            return _failure(404, "EntryNotFound", "Entry not found")
        content = file.read_bytes()
        headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": revision.name}
        return 200, {"Content-Type": "application/octet-stream", **headers}, content

    def _has_token(self) -> bool:
        token = self.server.token
        return token is not None and self.headers.get("Authorization") == f"Bearer {token}"

    def _listing(self, repo_id: str, revision: Path) -> bytes:
        files = sorted(path.relative_to(revision).as_posix() for path in revision.rglob("*") if path.is_file())
        private = (revision.parent / ".private").exists()
        siblings = [{"rfilename": name} for name in files]
        listing = {"id": repo_id, "modelId": repo_id, "sha": revision.name, "private": private, "siblings": siblings}
        return json.dumps(listing).encode()

    def log_message(self, format: str, *args: object) -> None:
        sys.stderr.write(f"{format % args}\n")


def _failure(status: int, code: str, message: str) -> Response:
    """The client tells the cases apart by these headers."""
    return status, {**_JSON, "X-Error-Code": code, "X-Error-Message": message}, json.dumps({"error": message}).encode()


class HubServer(ThreadingHTTPServer):
    """Args:
    address: host and port; port 0 takes a free one.
    root: the folder tree.
    token: what private repositories ask for; None = nobody gets in.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], root: Path, token: str | None) -> None:
        super().__init__(address, HubHandler)
        self.root = root
        self.token = token


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for the Hugging Face Hub over a folder tree.")
    parser.add_argument("--root", type=Path, required=True, help="folder with <owner>/<name>/<revision>/<files>")
    parser.add_argument("--port", type=int, default=0, help="0 = a free one; it is printed")
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--token", help="bearer token of private repositories")
    options = parser.parse_args()
    server = HubServer((options.bind, options.port), options.root, options.token)
    print(f"listening on http://{options.bind}:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
