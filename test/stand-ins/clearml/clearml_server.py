"""The part of a ClearML server's API that finding and downloading a model needs, over a folder.

It exists so that the real SDK is tested without the real server: paths, statuses and error codes are what it acts on
(allegroai/clearml-server, apiserver/schema/services and apiserver/apierrors/errors.conf). In: DIR/models.json, read for
each request, and DIR/files. Out: HTTP on two ports, as the real one:
  API server   auth.login, models.get_by_id, models.get_all, projects.get_all, with or without /v<version>/
  file server  GET /<file>, to who has a session's token
Only method, path and status are logged, and whether a token came along.
"""

import argparse
import base64
import hashlib
import hmac
import json
import re
import secrets
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_CALL = re.compile(r"(/v[\d.]+)?/(?P<name>\w+\.\w+)")
# What a server of 2025 says in its tokens.
_VERSIONS = {"api_version": "2.32", "server_version": "2.2.0", "feature_set": "basic"}
_TOKEN_SECONDS = 3600


class _Refused(Exception):
    """An error of the API: status, subcode, message."""

    def __init__(self, status: int, subcode: int, message: str) -> None:
        super().__init__(message)
        self.status, self.subcode = status, subcode


class ClearMl:
    """Both servers' state.

    Args:
        root: the folder.
        keys: access key and secret key of the one user.
    """

    def __init__(self, root: Path, keys: tuple[str, str]) -> None:
        self.root = root
        self.files_address = ""
        self._login = "Basic " + base64.b64encode(":".join(keys).encode()).decode()
        self._tokens: set[str] = set()

    def call(self, name: str, authorization: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Answers a call of the API."""
        if name == "auth.login":
            if not hmac.compare_digest(authorization.encode(), self._login.encode()):
                raise _Refused(401, 22, "Unauthorized (invalid credentials)")
            return {"token": self._new_token()}
        if not self.is_session(authorization):
            raise _Refused(401, 30, "Unauthorized (invalid token)")
        answer = {
            "models.get_by_id": self._model,
            "models.get_all": self._models,
            "projects.get_all": self._projects,
        }.get(name)
        if answer is None:
            raise _Refused(400, 1, f"Endpoint is not supported ({name})")
        return answer(asked)

    def is_session(self, authorization: str) -> bool:
        """Whether it is a token that was handed out here."""
        return authorization.removeprefix("Bearer ") in self._tokens

    def _new_token(self) -> str:
        payload = {"exp": int(time.time()) + _TOKEN_SECONDS, **_VERSIONS, "jti": secrets.token_hex(8)}
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (_HEAD, payload)]
        signature = hmac.new(b"stand-in", b".".join(parts), hashlib.sha256).digest()
        token = b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
        self._tokens.add(token)
        return token

    def _known(self) -> list[dict[str, Any]]:
        text = (self.root / "models.json").read_text(encoding="utf-8")
        return list(json.loads(text.replace("{files}", self.files_address)))

    def _model(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = [model for model in self._known() if model["id"] == asked["model"]]
        if not found:
            raise _Refused(400, 201, f"Invalid model id: id={asked['model']}")
        return {"model": _entry(found[0])}

    def _models(self, asked: dict[str, Any]) -> dict[str, Any]:
        wanted = asked["project"]
        found = [m for m in self._known() if _id_of(m["project"]) in wanted and re.search(asked["name"], m["name"])]
        newest_first = found[::-1] if asked.get("order_by") == ["-created"] else found
        return {"models": [_entry(model) for model in newest_first]}

    def _projects(self, asked: dict[str, Any]) -> dict[str, Any]:
        names = dict.fromkeys(model["project"] for model in self._known())
        return {"projects": [{"id": _id_of(n), "name": n} for n in names if re.search(asked["name"], n)]}


_HEAD = {"alg": "HS256", "typ": "JWT"}


def _id_of(project: str) -> str:
    return hashlib.md5(project.encode()).hexdigest()


def _entry(model: dict[str, Any]) -> dict[str, Any]:
    return {**model, "project": _id_of(model["project"])}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        token = " with a token" if self.headers.get("Authorization", "").startswith("Bearer ") else ""
        sys.stderr.write(f"{format % args}{token}\n")


class _ApiHandler(_Handler):
    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        called = _CALL.fullmatch(urlsplit(self.path).path)
        meta = {"result_code": 200, "result_subcode": 0, "result_msg": "OK", "error_stack": None}
        data: dict[str, Any] = {}
        try:
            if called is None:
                raise _Refused(400, 2, "Request path has invalid version")
            asked = json.loads(body) if body else {}
            data = self.server.state.call(called["name"], self.headers.get("Authorization", ""), asked)
        except _Refused as problem:
            meta |= {"result_code": problem.status, "result_subcode": problem.subcode, "result_msg": str(problem)}
        answer = json.dumps({"meta": meta, "data": data}).encode()
        self._send(int(str(meta["result_code"])), answer, "application/json")

    do_POST = do_GET


class _FilesHandler(_Handler):
    def do_GET(self) -> None:
        state = self.server.state
        file = (state.root / "files" / unquote(urlsplit(self.path).path).lstrip("/")).resolve()
        if not state.is_session(self.headers.get("Authorization", "")):
            return self._send(401, b"", "text/plain")
        if not file.is_relative_to((state.root / "files").resolve()) or not file.is_file():
            return self._send(404, b"", "text/plain")
        return self._send(200, file.read_bytes(), "application/octet-stream")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[_Handler], state: ClearMl) -> None:
        super().__init__(address, handler)
        self.state = state


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for a ClearML server over a folder.")
    parser.add_argument("--root", type=Path, required=True, help="folder with models.json and files/")
    parser.add_argument("--port", type=int, default=0, help="of the API server; 0 = a free one; both are printed")
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--access-key", required=True)
    parser.add_argument("--secret-key", required=True)
    options = parser.parse_args()
    state = ClearMl(options.root, (options.access_key, options.secret_key))
    api = _Server((options.bind, options.port), _ApiHandler, state)
    files = _Server((options.bind, 0), _FilesHandler, state)
    state.files_address = f"http://{options.bind}:{files.server_port}"
    print(f"listening on http://{options.bind}:{api.server_port} and {state.files_address}", flush=True)
    threading.Thread(target=files.serve_forever, daemon=True).start()
    api.serve_forever()


if __name__ == "__main__":
    main()
