"""Closes the replies of dead processes: journaled events stay, and the state becomes `interrupted`."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from structlog.contextvars import bound_contextvars

from lib.domain.reply.fold import Fold, fold
from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.tape import CLOSING, Event, Interrupted, UsageReported
from lib.domain.reply.usage import estimate_prompt
from lib.store import Store
from lib.store.database.errors import StoreError
from lib.store.replies import Closing, Entry, Running

log = logging.getLogger(__name__)


def interrupt(store: Store, owner: str, reply_id: str) -> None:
    """Close a reply of `owner` that nobody runs any more, with all its words.

    If some rows cannot be read, keep the rest and close the reply anyway. Raises `StoreError`.
    """
    with bound_contextvars(reply_id=reply_id):
        _interrupt(store, owner, reply_id)


def _interrupt(store: Store, owner: str, reply_id: str) -> None:
    running = _running(store, owner, reply_id)
    events = store.replies.tape(reply_id)
    try:
        added, closing = _ended(store, running, events)
    except StoreError:
        # Not the tape's fault: the watchdog retries with the whole tape.
        raise
    except Exception as error:
        log.warning("A reply was closed without the events that cannot be read: %s.", type(error).__name__)
        added, closing = _ended(store, running, [event for event in events if _is_sound(event)])
    entries = [Entry(reply_id, store.replies.next_seq(reply_id), added)] if added else []
    store.replies.journal(owner, entries, [closing])


def _running(store: Store, owner: str, reply_id: str) -> Running:
    try:
        return store.replies.running([reply_id])[0]
    except (ValueError, TypeError, IndexError) as error:  # its message is missing, or a date cannot be read
        log.warning("A reply was closed, but its conversation cannot be read: %s.", type(error).__name__)
        return Running(reply_id, "", "", owner, "", datetime.now(UTC))


def _ended(store: Store, running: Running, events: Sequence[Event]) -> tuple[list[Event], Closing]:
    """The events that a tape needs to be closed, and what is written when it closes."""
    added, folded = list[Event](), Fold(events)
    if not (events and isinstance(events[-1], CLOSING)):
        at_ms = events[-1].at_ms if events else 0.0
        closing = Interrupted(at_ms)
        usage = folded.usage(estimate_prompt(*_prompt(store, running)), closing)
        added = [UsageReported(at_ms, usage), closing]
        folded.extend(added)
    reply = folded.reply()
    row = LedgerRow.of(
        reply,
        reply_id=running.reply_id,
        session_id=running.session_id,
        conversation_id=running.conversation_id,
        created_at=running.created_at,
    )
    return added, Closing(reply, running.person_id, row)


def _is_sound(event: Event) -> bool:
    """Whether an event can be folded and its time is not negative."""
    try:
        fold([event])
        return event.at_ms >= 0
    except Exception:
        return False


def _prompt(store: Store, running: Running) -> tuple[list[str], int]:
    """The texts of the prompt, and the tokens of its images."""
    try:
        conversation = store.of(running.person_id).conversations.get(running.conversation_id)
    except (ValueError, TypeError, KeyError) as error:
        log.warning("The prompt of an interrupted reply cannot be read: %s.", type(error).__name__)
        return [], 0
    if not conversation or running.reply_id not in conversation.messages:
        return [], 0
    return conversation.prompt(running.reply_id), conversation.prompt_image_tokens(running.reply_id)
