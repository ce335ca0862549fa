# What this storage alone needs, in full: installed apart from the export's own packages, and only for models that use
# it (components/image/storagePackages.ts). The form is PEP 723's.
# /// script
# dependencies = [
#   "clearml==2.1.12",
#   "attrs==26.1.0",
#   "certifi==2026.10.19.post1",
#   "charset-normalizer==3.5.3",
#   "furl==2.1.4",
#   "idna==3.20",
#   "jsonschema==4.26.0",
#   "jsonschema-specifications==2025.9.1",
#   "numpy==2.4.6",
#   "orderedmultidict==1.0.2",
#   "pathlib2==2.3.7.post1",
#   "pillow==13.0.0",
#   "psutil==7.2.2",
#   "PyJWT==2.15.1",
#   "pyparsing==3.3.3",
#   "python-dateutil==4.0.0",
#   "PyYAML==6.0.4",
#   "referencing==0.37.0",
#   "requests==2.34.2",
#   "rpds-py==2026.9.1",
#   "six==1.17.0",
#   "typing_extensions==4.16.0",
#   "tzdata==2026.6",
#   "urllib3==2.8.0",
# ]
# ///
"""Storage `clearml`: the weights package of a model that ClearML knows, by id, or by project and name.

In: `modelId`, or `project` and `name`; `sha256` of the package, without which a model must be published, so that nobody
can change it; `server` { api, files }; a credential { accessKeyId, secretAccessKey }. Out: a folder with only the files
that the role needs. ClearML's own SDK finds the model. The package is downloaded and unpacked as any other one: by the
SDK neither its size nor what an archive holds is bounded.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import build_opener

from bert_exporter.archive import unpack
from bert_exporter.download import download
from bert_exporter.errors import SourceAccessDenied, SourceError, SourceNotFound, SourceUnreachable, SpecError
from bert_exporter.storage import Credential, Places, Role, Source, refuse_unknown, text_field

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHOWN = 12
_KEYS = ("accessKeyId", "secretAccessKey")
_SECONDS = 30
# clearml.conf: left alone, the SDK asks 240 times, and a server that says 503 for ever.
_SETTINGS = """api.http {
  wait_on_maintenance_forever: false
  retries { total: 2, connect: 2, read: 2, redirect: 2, status: 2 }
}
"""
# apiserver/apierrors/errors.conf of ClearML's server
_INVALID_MODEL_ID = 201
_FIELDS = ["id", "name", "uri", "ready"]


@dataclass(frozen=True)
class ClearMlSource:
    """One model of one server.

    Attributes:
        model_id: its id; None = the newest that is called `name` in `project`.
        project: where `name` is looked for.
        name: see `model_id`.
        sha256: of its package; None = whatever a published model has.
        api: address of the API server.
        files: address of the file server, which alone gets the session's token.
    """

    model_id: str | None
    project: str
    name: str
    sha256: str | None
    api: str
    files: str

    def describe(self) -> str:
        pinned = "" if self.sha256 is None else f"@{self.sha256[:_SHOWN]}"
        return f"clearml:{self.model_id or f'{self.project}/{self.name}'}{pinned}"

    def folder(self, role: Role, places: Places) -> Path:
        return places.fetched / role

    def fetch(self, role: Role, into: Path, credential: Credential) -> None:
        where = f"{role}.clearml ({self.describe()} at {self.api})"
        if set(credential) != set(_KEYS):
            has = " and ".join(sorted(credential)) or "nothing"
            raise SourceAccessDenied(
                f"the credential has {has}, and ClearML takes a pair of keys",
                where=where,
                remedy='a credential of the form {"accessKeyId": "…", "secretAccessKey": "…"}',
            )
        _check_reachable(self.api, where)
        with _explained(where):
            client = _client(self.api, credential)
            model = self._find(client, where)
            uri, token = quote(str(model.uri or ""), safe="!#$%&'()*+,/:;=?@[]~"), str(client.session.token)
        if self.sha256 is None and not model.ready:
            raise SourceError(
                f"the model {model.id} is not published, so that its weights may change",
                where=where,
                remedy="publish it, or set sha256 to that of its package",
            )
        self._unpack(uri, token, role, into, f"{role}.clearml (model {model.id}, {uri})")

    def _find(self, client: Any, where: str) -> Any:
        """The model's entry."""
        if self.model_id is not None:
            return client.models.get_by_id(model=self.model_id)
        projects = client.projects.get_all(name=_exactly(self.project), only_fields=["id", "name"])
        # newest first
        models = [
            model
            for project in projects
            for model in client.models.get_all(
                project=[project.id], name=_exactly(self.name), order_by=["-created"], only_fields=_FIELDS
            )
        ]
        if not models:
            what = "has no such model" if list(projects) else "is not there"
            raise SourceNotFound(
                f"the project {self.project!r} {what}",
                where=where,
                remedy="check project and name, upper and lower case too; the keys must be of the same workspace",
            )
        return models[0]

    def _unpack(self, uri: str, token: str, role: Role, into: Path, where: str) -> None:
        if urlsplit(uri).scheme not in ("http", "https"):
            raise SourceError(
                "its weights lie on no web server",
                where=where,
                remedy="a model whose package is on ClearML's file server: OutputModel.update_weights_package()",
            )
        on_files = _origin(uri) == _origin(self.files)
        authorization = f"Bearer {token}" if on_files else None
        # beside the result: /tmp may be small, or memory
        with TemporaryDirectory(dir=into.parent) as folder:
            package = Path(folder) / "package"
            elsewhere = "" if on_files else ", which is not on server.files and so asked for without a token"
            download(uri, self.sha256, package, authorization, where + elsewhere)
            unpack(package, role, into, where)


def _client(api: str, credential: Credential) -> Any:
    # Imported here: this storage alone has it.
    from clearml.backend_api.session.client import APIClient, StrictSession

    key, secret = (credential[name] for name in _KEYS)
    with TemporaryDirectory() as folder:
        settings = Path(folder) / "clearml.conf"
        settings.write_text(_SETTINGS)
        # A session of its own, not the SDK's default one: the other role may have other keys.
        return APIClient(session=StrictSession(config_file=settings, api_key=key, secret_key=secret, host=api))


def _check_reachable(api: str, where: str) -> None:
    """The SDK tries for ever where a certificate is not trusted."""
    try:
        build_opener().open(api, timeout=_SECONDS).close()
    except HTTPError as answer:
        answer.close()
    except (URLError, OSError) as problem:
        raise _unreachable(getattr(problem, "reason", problem), where) from None


def _unreachable(seen: object, where: str) -> SourceUnreachable:
    return SourceUnreachable(
        f"no usable answer ({seen})",
        where=where,
        remedy="check server.api, network and proxy, from where images are built; a private CA goes under build.ca",
    )


@contextmanager
def _explained(where: str) -> Iterator[None]:
    """Turns what the SDK raises into words."""
    try:
        yield
    except SourceError:
        raise
    except Exception as problem:
        status = getattr(problem, "code", None) or _status_of(problem)
        if status in (401, 403):
            raise SourceAccessDenied(
                f"HTTP {status}: the keys in use give no access",
                where=where,
                remedy="keys of a user of this server: Settings, Workspace, Create new credentials",
            ) from None
        if status == 400 and getattr(problem, "subcode", None) == _INVALID_MODEL_ID:
            raise SourceNotFound(
                "there is no model of this id", where=where, remedy="check modelId; the keys must be of its workspace"
            ) from None
        raise _unreachable(f"HTTP {status}" if status else type(problem).__name__, where) from None


def _status_of(problem: Exception) -> int | None:
    """A failed login has the status in its text alone."""
    found = re.search(r"\(error (\d{3}) from ", str(problem))
    return int(found[1]) if found else None


def _exactly(name: str) -> str:
    """The server takes names as patterns."""
    return f"^{re.escape(name)}$"


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _server(value: object, where: str) -> tuple[str, str]:
    if not isinstance(value, Mapping):
        raise SpecError(f"is {value!r}", where=where, remedy="an object with api and files")
    refuse_unknown(value, {"api", "files"}, where)
    return text_field(value, "api", where).rstrip("/"), text_field(value, "files", where).rstrip("/")


def parse(fields: Mapping[str, object], where: str) -> Source:
    """See `bert_exporter.storage`."""
    refuse_unknown(fields, {"modelId", "project", "name", "sha256", "server"}, where)
    sha256 = text_field(fields, "sha256", where) if "sha256" in fields else None
    if sha256 is not None and not _SHA256.fullmatch(sha256):
        raise SpecError(f"is {sha256!r}", where=f"{where}.sha256", remedy="a SHA-256 of 64 lower-case hex digits")
    api, files = _server(fields.get("server"), f"{where}.server")
    if "modelId" in fields:
        if "project" in fields or "name" in fields:
            raise SpecError("has modelId, and project or name", where=where, remedy="one or the other")
        return ClearMlSource(text_field(fields, "modelId", where), "", "", sha256, api, files)
    if sha256 is None:
        raise SpecError(
            "is absent", where=f"{where}.sha256", remedy="the package's: a name may mean another model soon"
        )
    return ClearMlSource(
        None, text_field(fields, "project", where), text_field(fields, "name", where), sha256, api, files
    )
