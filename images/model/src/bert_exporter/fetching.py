"""The first of the two commands: gets model and tokenizer from where they lie. It alone sees credentials, and loads
nothing of what it gets.

In: a spec, the credentials, a folder. Out: that folder with one folder for each role whose files lay elsewhere.
"""

from collections.abc import Mapping
from pathlib import Path

from bert_exporter.errors import ExportError, SourceError
from bert_exporter.spec import read_spec
from bert_exporter.steps import Say, step
from bert_exporter.storage import Credential, Role


def fetch(spec_path: Path, fetched: Path, credentials: Mapping[Role, Credential], say: Say) -> None:
    """Fetches all that a spec names.

    Args:
        spec_path: spec.json.
        fetched: a folder that is empty or not there yet.
        credentials: those that are there, by role.
        say: takes one line for each source.
    Raises:
        ExportError: when something cannot be had.
    """
    spec = read_spec(spec_path)
    fetched.mkdir(parents=True, exist_ok=True)
    if any(fetched.iterdir()):
        # What an earlier fetch has left would be taken for a part of the model.
        raise SourceError("is not empty", where=str(fetched), remedy="a folder that is empty or not there yet")
    for role, source in spec.sources.items():
        with step(say, f"fetched {role} {source.describe()}"):
            try:
                source.fetch(role, fetched / role, credentials.get(role, {}))
            except ExportError as problem:
                problem.role = role
                raise
