"""Database errors, as sentences for the person who runs the app."""

from lib.i18n.translation import Lazy, lazy


class StoreError(Exception):
    """The database cannot be used. The message is one sentence for the person who runs the app."""

    def __init__(self, sentence: str | Lazy) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        """The message, which each reader gets in their own language."""


class NotYoursError(StoreError):
    """A chat that a page has open has gone to somebody else. The message is a sentence for its reader."""

    def __init__(self) -> None:
        super().__init__(lazy("This chat belongs to somebody else now. Start a new one."))


class StillRunningError(StoreError):
    """Another reply of the chat runs, in whatever process. The message is a sentence for the sender."""

    def __init__(self) -> None:
        super().__init__(lazy("A reply is still running. Stop it, or wait for its end."))


class UnreadableError(StoreError, ValueError):
    """A row does not hold what it should."""
