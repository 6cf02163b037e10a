"""Whoever measures what the engine does; the engine does not know what for."""

from typing import Protocol

from lib.domain.reply.ledger import LedgerRow


class Observer(Protocol):
    """Its methods are called on the threads that do the work: they must be quick, and may not raise."""

    def reply_ended(self, row: LedgerRow, longest_gap_ms: float | None) -> None:
        """Called when a reply of this process has ended; the gap is that of `timeline.longest_gap_ms`."""

    def replies_taken_over(self, count: int) -> None:
        """Called when this process has got so many replies of one that has died, and closes them."""

    def journal_written(self, seconds: float) -> None:
        """Called when the journal has written what was new on all tapes, which took so long."""
