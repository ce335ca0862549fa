"""The one error that is the caller's fault. Everything else that is raised is a bug, and is told as such."""


class BadRequest(ValueError):
    """A request that can't be answered. Its message goes to the client: it names the place, never the text."""
