"""What can go wrong with the database, as sentences for the person who runs it."""


class StoreError(Exception):
    """The database cannot be used. The message is one sentence for the person who runs it."""


class UnreadableError(StoreError, ValueError):
    """A row holds something else than it should."""
