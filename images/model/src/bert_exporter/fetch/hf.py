"""Storage `hf`: a repository on the Hugging Face Hub, or on any server that speaks its protocol.

In: id, revision (a full commit hash, so that the same spec means the same files for ever), endpoint (absent =
HF_ENDPOINT, else the public Hub), and a credential of the kind `{ token }` or none. Out: a folder with only the files
that the role needs. Errors are told apart by HTTP status: the Hub answers 401 both for "private" and for "does not
exist", on purpose.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bert_exporter.checkpoint import select_files
from bert_exporter.errors import SourceAccessDenied, SourceError, SourceNotFound, SourceUnreachable, SpecError
from bert_exporter.storage import Credential, Places, Role, Source, refuse_unknown, text_field

_COMMIT = re.compile(r"[0-9a-f]{40}")
# Printable ASCII only: the HTTP client would quote anything else, that is the secret, in its error.
_TOKEN = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class HubSource:
    """One commit of one repository."""

    id: str
    revision: str
    endpoint: str | None

    def describe(self) -> str:
        return f"hf:{self.id}@{self.revision}"

    def folder(self, role: Role, places: Places) -> Path:
        return places.fetched / role

    def fetch(self, role: Role, into: Path, credential: Credential) -> None:
        # Imported here: the import costs a second, and local sources need none of it.
        from huggingface_hub import HfApi

        token = credential.get("token")
        if credential and token is None:
            raise SourceAccessDenied(
                f"the credential has {' and '.join(sorted(credential))}, and the Hub takes a token",
                where=self.describe(),
                remedy='a credential of the form {"token": "…"}',
            )
        if token is not None and not _TOKEN.fullmatch(token):
            raise SourceAccessDenied(
                "the token has characters that no token has (a line break, a space, …)",
                where=self.describe(),
                remedy="set the credential again, without quotes and line breaks",
            )
        # False, not None: None would quietly use a login that happens to lie on the machine.
        api = HfApi(endpoint=self.endpoint, token=token if token is not None else False)
        try:
            info = api.model_info(self.id, revision=self.revision)
            present = [sibling.rfilename for sibling in info.siblings or []]
            # One by one: for a whole snapshot the client asks for the tree, which not every mirror of the Hub knows.
            for name in select_files(present, role, self.describe()):
                api.hf_hub_download(self.id, name, revision=self.revision, local_dir=into)
        except SourceError:
            raise
        except Exception as problem:
            raise self._explain(problem, has_token=token is not None) from None

    def _explain(self, problem: Exception, *, has_token: bool) -> SourceError:
        where = f"{self.describe()} at {self.endpoint or 'the default endpoint'}"
        status = _status(problem)
        if status in (401, 403):
            seen = "the token in use gives no access" if has_token else "no token was given"
            return SourceAccessDenied(
                f"HTTP {status}: private, gated or not existing, and {seen}",
                where=where,
                remedy="check the id; for a private or gated repository name a credential with read access to it",
            )
        if status == 404:
            return SourceNotFound(
                "HTTP 404: no such repository, revision or file",
                where=where,
                remedy="check id and revision; a private repository also needs a credential",
            )
        seen = f"HTTP {status}" if status else type(problem).__name__
        return SourceUnreachable(
            f"no usable answer ({seen})",
            where=where,
            remedy="check endpoint, network, proxy and private CA; the build needs to reach the endpoint",
        )


def _status(problem: BaseException | None) -> int | None:
    """The HTTP status behind an error; the hub client wraps the one that tells into others."""
    seen: set[int] = set()
    while problem is not None and id(problem) not in seen:
        seen.add(id(problem))
        response: Any = getattr(problem, "response", None)
        status = getattr(response, "status_code", None)
        if isinstance(status, int):
            return status
        problem = problem.__cause__ or problem.__context__
    return None


def parse(fields: Mapping[str, object], where: str) -> Source:
    """See `bert_exporter.storage`."""
    refuse_unknown(fields, {"id", "revision", "endpoint"}, where)
    revision = text_field(fields, "revision", where)
    if not _COMMIT.fullmatch(revision):
        raise SpecError(
            f"is {revision!r}", where=f"{where}.revision", remedy="a full commit hash, 40 lower-case hex digits"
        )
    endpoint = text_field(fields, "endpoint", where) if "endpoint" in fields else None
    return HubSource(text_field(fields, "id", where), revision, endpoint)
