"""Rows of the ledger for what the journal does not write. One that is missing costs nobody their text."""

import logging
import secrets
from dataclasses import replace

from lib.domain.reply.ledger import LedgerRow
from lib.engine.running_reply import RunningReply
from lib.store import Store
from lib.store.database.errors import StoreError

log = logging.getLogger(__name__)


def book(store: Store | None, person_id: str, row: LedgerRow) -> None:
    """Put a row into a person's ledger; a failure is only logged."""
    try:
        if store:
            store.of(person_id).ledger.book(row)
    except StoreError as error:
        log.error("A row is missing in the ledger (%s): %s", row.purpose, error)


def book_temporary(store: Store, run: RunningReply) -> None:
    """Book what a temporary chat's reply took, if its sender has limits, but not which chat it was."""
    person_id = run.tape.person_id
    row = replace(
        run.row(), reply_id=secrets.token_hex(16), session_id="", conversation_id="", purpose="temporary"
    )
    try:
        if store.limits.get(person_id):
            book(store, person_id, row)
    except StoreError as error:
        log.error("Whether somebody has limits cannot be read: %s", error)
