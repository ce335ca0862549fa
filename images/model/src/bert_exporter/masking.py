"""Keeps secrets out of everything that this process prints: our lines, tracebacks, what a library writes or warns.

It is the last line of defence, for nothing here prints a secret on purpose. In: the credentials, once they are known.
Out: standard output and standard error, each secret in them replaced by `***`. What code outside of Python writes to
the file descriptors is not seen.
"""

import base64
import io
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO
from urllib.parse import quote

from bert_exporter.storage import Credential

# The one field that is no secret; a word such as "robot" would be missed all over the log.
_USER = "username"


class Mask:
    """What must not be shown, in the forms that libraries write it in."""

    def __init__(self) -> None:
        self._forms: list[str] = []

    def hide(self, credentials: Iterable[Credential]) -> None:
        """Hides these from now on."""
        forms = {form for credential in credentials for form in _forms_of(credential)}
        # The longest first: a secret may be a part of another one.
        self._forms = sorted({*self._forms, *forms}, key=len, reverse=True)

    def apply(self, text: str) -> str:
        """The text without them."""
        for form in self._forms:
            text = text.replace(form, "***")
        return text


@contextmanager
def masked_output() -> Iterator[Mask]:
    """Sends standard output and standard error through a mask."""
    mask = Mask()
    output, errors = _MaskedStream(sys.stdout, mask), _MaskedStream(sys.stderr, mask)
    with redirect_stdout(output), redirect_stderr(errors):
        try:
            yield mask
        finally:
            output.finish()
            errors.finish()


def _forms_of(credential: Credential) -> Iterator[str]:
    secrets = [value for field, value in credential.items() if field != _USER and value]
    # HTTP's basic login
    pairs = [base64.b64encode(f"{credential.get(_USER, '')}:{secret}".encode()).decode() for secret in secrets]
    for secret in [*secrets, *pairs]:
        # as it stands, in a repr, in JSON, in an address
        yield from {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret), quote(secret, safe="")}


class _MaskedStream(io.StringIO):
    """Passes on whole lines only: a secret may be written in pieces."""

    def __init__(self, stream: TextIO, mask: Mask) -> None:
        super().__init__()
        self._stream = stream
        self._mask = mask
        self._unfinished = ""

    def write(self, text: str) -> int:
        whole, end, rest = (self._unfinished + text).rpartition("\n")
        self._stream.write(self._mask.apply(whole) + end)
        self._unfinished = rest
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def finish(self) -> None:
        """Passes on what no line end follows."""
        self._stream.write(self._mask.apply(self._unfinished))
        self._unfinished = ""
        self._stream.flush()
