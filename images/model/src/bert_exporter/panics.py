"""What a tokenizer's own code does not survive. Rust's panics come out of the `tokenizers` library as an exception that
is no Exception, so that nobody who catches those sees it. In: work with a tokenizer. Out: the same, or a
TokenizerError.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from bert_exporter.errors import TokenizerError

# pyo3's; it can't be imported.
_PANIC = "PanicException"


@contextmanager
def panics_told(name: str) -> Iterator[None]:
    """`name`: how the tokenizer's source is called in messages."""
    try:
        yield
    except BaseException as problem:
        if type(problem).__name__ != _PANIC:
            raise
        raise TokenizerError(
            f"its code panics at a text: {problem}",
            where=name,
            remedy="a tokenizer that encodes any text; added tokens that its normalizer changes are the usual cause",
        ) from None
