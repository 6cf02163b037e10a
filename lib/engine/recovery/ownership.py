"""Whose a running reply is: another process may have taken it over, or its chat or its sender may be gone."""

from lib.domain.people.people import LOCAL
from lib.engine.journal import Journal
from lib.engine.running_replies import RunningReplies
from lib.engine.running_reply import RunningReply
from lib.store import Store


def lost(runs: RunningReplies, journal: Journal, store: Store, owner: str) -> list[RunningReply]:
    """Return the running replies that are not `owner`'s any more: they have to end. Raises `StoreError`."""
    # Before asking the store: replies that begin in the meantime belong to this process.
    running = [run for run in runs.all() if not run.tape.is_closed]
    if not running:
        return []
    known = {tape.reply_id for tape in journal.behind()} | store.processes.owned(owner)
    unkept = {run.tape.person_id for run in running if not run.is_kept}
    senders = {who for who in unkept if who == LOCAL or store.people.get(who)}
    return [
        run
        for run in running
        if not (run.tape.reply_id in known if run.is_kept else run.tape.person_id in senders)
    ]
