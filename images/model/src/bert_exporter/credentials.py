"""The credentials of a fetch: taken out of the environment, and kept out of the export.

In: MODEL_CREDENTIAL and TOKENIZER_CREDENTIAL, each one entry of the stack's `credentials` as JSON; environment
variables, which show in no process list. Out: a Credential per role. No message here quotes a value.
"""

import json
from collections.abc import Mapping, MutableMapping

from bert_exporter.errors import CredentialError
from bert_exporter.storage import Credential, Role

_VARIABLES: dict[Role, str] = {"model": "MODEL_CREDENTIAL", "tokenizer": "TOKENIZER_CREDENTIAL"}


def take_credentials(environment: MutableMapping[str, str]) -> dict[Role, Credential]:
    """Takes them out, so that no library picks one up by itself and sends it elsewhere.

    Raises:
        CredentialError: when one is no JSON object of texts.
    """
    said = {role: environment.pop(variable, "").strip() for role, variable in _VARIABLES.items()}
    return {role: _parse(text, _VARIABLES[role]) for role, text in said.items() if text}


def refuse_credentials(environment: Mapping[str, str]) -> None:
    """An export loads what a stranger has made: there must be nothing to steal.

    Raises:
        CredentialError: when the environment holds one.
    """
    for variable in _VARIABLES.values():
        if environment.get(variable):
            raise CredentialError(
                "is set where a checkpoint is going to be loaded",
                where=variable,
                remedy="give it to the command `fetch` alone",
            )


def _parse(text: str, variable: str) -> Credential:
    try:
        entry = json.loads(text)
    except ValueError:
        entry = None
    if not isinstance(entry, dict) or not entry or not all(isinstance(value, str) for value in entry.values()):
        raise CredentialError(
            "is no JSON object of texts", where=variable, remedy='such as {"token": "…"}, in double quotes'
        )
    return entry
