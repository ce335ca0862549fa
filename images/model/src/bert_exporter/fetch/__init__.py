"""The storages, found by listing this folder: a new storage is one new file here and no other edit in Python.

In: a storage's name. Out: its `parse`. `components/image/storages/` has the other half (the fields that a stack
config may set).
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules

from bert_exporter.storage import Source

Parse = Callable[[Mapping[str, object], str], Source]


def storages() -> dict[str, Parse]:
    """Every storage by the name that spec.json uses for it."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").parse for name in names}
