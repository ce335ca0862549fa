"""Promise: what the machine did is no judgment of the model."""

from bert_exporter.errors import ConversionError, CredentialError, ExportError, ParityError, SpecError
from bert_exporter.verdict import is_judgment

SAID = {"where": "model local", "remedy": "another one"}


def caused(cause: BaseException) -> ExportError:
    problem = ConversionError("cannot be exported", **SAID)
    problem.__cause__ = cause
    return problem


def test_what_any_machine_would_find_is_judged() -> None:
    assert is_judgment(ParityError("differs", **SAID))
    assert is_judgment(caused(RuntimeError("Unsupported: data-dependent control flow")))


def test_what_says_nothing_of_the_model_is_not() -> None:
    assert not is_judgment(SpecError("unknown field", **SAID))
    assert not is_judgment(CredentialError("no token", **SAID))
    assert not is_judgment(caused(MemoryError()))
    allocator = "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory"
    assert not is_judgment(caused(RuntimeError(allocator)))
