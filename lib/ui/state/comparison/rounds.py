"""Rounds of votes: how one is closed, on whichever page it is shown."""

from datetime import UTC, datetime

from lib import app
from lib.domain.comparison.comparisons import Comparison
from lib.ui.state.person import library, person_id


def reveal(comparison: Comparison, round_id: str) -> None:
    """Close a round and show everybody which model wrote which answer. Raises `StoreError`."""
    engine = app.get().engine
    library().votes.reveal(round_id, datetime.now(UTC))
    for cell in comparison.cells:
        # Their models are known now: nothing needs to be held back.
        engine.synchronized.hurry(person_id(), cell.id)
    engine.notifications.tell(comparison.id)
