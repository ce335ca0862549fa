"""Storage `http`: files on a web server, Artifactory or Nexus, each named by address and SHA-256.

In: `archive`, a { url, sha256 }, or `files`, { url, sha256 } by the names of a checkpoint's files; and a credential
{ token } for a bearer token, { username, password } for a basic login, or none. Out: a folder with only the files that
the role needs.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from urllib.parse import urlsplit

from bert_exporter.archive import unpack
from bert_exporter.checkpoint import select_files
from bert_exporter.download import download
from bert_exporter.errors import SourceAccessDenied, SpecError
from bert_exporter.storage import Credential, Places, Role, Source, refuse_unknown, text_field

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
# RFC 6750, 2.1; anything else would be quoted by the HTTP client in its error.
_TOKEN = re.compile(r"[!-~]+")
_SHOWN = 12


@dataclass(frozen=True)
class RemoteFile:
    """A file on a web server."""

    url: str
    sha256: str


@dataclass(frozen=True)
class ArchiveSource:
    """All files in one archive."""

    file: RemoteFile

    def describe(self) -> str:
        return f"http:{self.file.url}@{self.file.sha256[:_SHOWN]}"

    def folder(self, role: Role, places: Places) -> Path:
        return places.fetched / role

    def fetch(self, role: Role, into: Path, credential: Credential) -> None:
        where = f"{role}.http.archive ({self.file.url})"
        # beside the result: /tmp may be small, or memory
        with TemporaryDirectory(dir=into.parent) as folder:
            archive = Path(folder) / "archive"
            login = _authorization(credential, self.file.url, where)
            download(self.file.url, self.file.sha256, archive, login, where)
            unpack(archive, role, into, where)


@dataclass(frozen=True)
class FilesSource:
    """Each file by itself."""

    files: Mapping[str, RemoteFile]

    def describe(self) -> str:
        hosts = dict.fromkeys(urlsplit(self.files[name].url).netloc for name in sorted(self.files))
        sums = "".join(f"{self.files[name].sha256}  {name}\n" for name in sorted(self.files))
        digest = hashlib.sha256(sums.encode()).hexdigest()
        return f"http:{len(self.files)} files from {', '.join(hosts)}@{digest[:_SHOWN]}"

    def folder(self, role: Role, places: Places) -> Path:
        return places.fetched / role

    def fetch(self, role: Role, into: Path, credential: Credential) -> None:
        wanted = select_files(self.files, role, f"{role}.http.files")
        into.mkdir()
        for name in wanted:
            file, where = self.files[name], f"{role}.http.files.{name} ({self.files[name].url})"
            login = _authorization(credential, file.url, where)
            download(file.url, file.sha256, into / name, login, where)


def _authorization(credential: Credential, url: str, where: str) -> str | None:
    """The header's value.

    Raises:
        SourceAccessDenied: when the credential cannot be used, or would be seen on its way.
    """
    if not credential:
        return None
    if urlsplit(url).scheme != "https" and not _is_loopback(urlsplit(url).hostname):
        raise SourceAccessDenied(
            "the credential would be sent in plain text", where=where, remedy="use https://, or no credential"
        )
    if set(credential) == {"username", "password"}:
        login = f"{credential['username']}:{credential['password']}"
        return f"Basic {base64.b64encode(login.encode()).decode()}"
    if set(credential) != {"token"}:
        raise SourceAccessDenied(
            f"the credential has {' and '.join(sorted(credential))}, and a web server takes a token or a login",
            where=where,
            remedy='a credential of the form {"token": "…"} or {"username": "…", "password": "…"}',
        )
    if not _TOKEN.fullmatch(credential["token"]):
        raise SourceAccessDenied(
            "the token has characters that no token has (a line break, a space, …)",
            where=where,
            remedy="set the credential again, without quotes and line breaks",
        )
    return f"Bearer {credential['token']}"


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _remote_file(value: object, where: str) -> RemoteFile:
    if not isinstance(value, Mapping):
        raise SpecError(f"is {value!r}", where=where, remedy="an object with url and sha256")
    fields = cast(Mapping[str, object], value)
    refuse_unknown(fields, {"url", "sha256"}, where)
    url, sha256 = text_field(fields, "url", where), text_field(fields, "sha256", where)
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise SpecError("holds a user or password", where=f"{where}.url", remedy="a credential, and the address alone")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SpecError(f"is {url!r}", where=f"{where}.url", remedy="an address such as https://host/path")
    if not _SHA256.fullmatch(sha256):
        raise SpecError(f"is {sha256!r}", where=f"{where}.sha256", remedy="a SHA-256 of 64 lower-case hex digits")
    return RemoteFile(url, sha256)


def parse(fields: Mapping[str, object], where: str) -> Source:
    """See `bert_exporter.storage`."""
    refuse_unknown(fields, {"archive", "files"}, where)
    if len(fields) != 1:
        raise SpecError(f"has {len(fields)} of archive, files", where=where, remedy="exactly one of them")
    if "archive" in fields:
        return ArchiveSource(_remote_file(fields["archive"], f"{where}.archive"))
    files = fields["files"]
    if not isinstance(files, Mapping) or not all(_NAME.fullmatch(str(name)) for name in files):
        raise SpecError("is no object of files", where=f"{where}.files", remedy="name: { url, sha256 }, no folders")
    return FilesSource({name: _remote_file(file, f"{where}.files.{name}") for name, file in files.items()})
