"""Everything that can be wrong with what a person gave us.

Each failure has a type of its own, so that tests and callers tell them apart, and one shape of message: where, what,
and what would be right. In: those three. Out: an exception that `__main__` prints without a traceback.
No secret is ever put into a message.
"""


class ExportError(Exception):
    """A failure that the person who wrote the config can repair.

    Args:
        what: what is wrong, with the values seen.
        where: the file, config field or address that it is about.
        remedy: what would be right.
    """

    def __init__(self, what: str, *, where: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}\n  remedy: {remedy}")
        self.what, self.where, self.remedy = what, where, remedy
        # Of the source that was being fetched.
        self.role: str | None = None


class SpecError(ExportError):
    """spec.json is not what it should be."""


class CredentialError(ExportError):
    """A credential has another form than it should, or is where it must not be."""


class SourceError(ExportError):
    """A model or tokenizer could not be had from its storage."""


class SourceFileMissing(SourceError):
    """A file that every checkpoint or tokenizer needs is not there."""


class LfsPointer(SourceError):
    """A file is a Git-LFS pointer: its content was never fetched."""


class SourceNotFound(SourceError):
    """The storage knows no such repository, revision or file."""


class WrongChecksum(SourceError):
    """A file that was fetched is not the one that was meant."""


class ArchiveError(SourceError):
    """An archive cannot be read, or holds what no checkpoint has."""


class SourceAccessDenied(SourceError):
    """The storage refuses to hand the files out."""


class SourceUnreachable(SourceError):
    """The storage did not answer, or its answer made no sense."""


class ModelError(ExportError):
    """The checkpoint is not a text classifier that can be loaded."""


class TokenizerError(ExportError):
    """The tokenizer cannot be loaded or converted."""


class TokenizerMismatch(TokenizerError):
    """tokenizer.json gives other ids than the original tokenizer."""


class VocabularyTooLarge(TokenizerError):
    """The tokenizer knows ids that the model has no embedding for."""


class LabelError(ExportError):
    """Labels and classes do not go together."""


class ConversionError(ExportError):
    """The model could not be converted to ONNX."""


class GraphError(ExportError):
    """The ONNX graph has other inputs, outputs, axes or shapes than serving relies on."""


class ParityError(ExportError):
    """The ONNX graph answers differently from the original model."""
