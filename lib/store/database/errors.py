"""Database errors, as sentences for the person who runs the app."""


class StoreError(Exception):
    """The database cannot be used. The message is one sentence for the person who runs the app."""


class UnreadableError(StoreError, ValueError):
    """A row does not hold what it should."""
