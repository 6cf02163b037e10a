"""Closes the replies of processes that died: what was journaled stays, the state says `interrupted`."""

import os
import secrets
import socket
from datetime import UTC, datetime, timedelta

from lib.chat.ledger import LedgerRow, accounted
from lib.chat.reply import fold
from lib.chat.tape import CLOSING, Interrupted, UsageReported
from lib.store import Store
from lib.store.replies import Closing, Entry, Running

SILENCE = timedelta(seconds=20)
"""A process on another machine that has not said that it is alive for so long is taken for dead."""


def new_owner() -> str:
    """A name for this process: its machine, its process id and something nobody else has."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(8)}"


def recover(store: Store, owner: str) -> int:
    """Close what dead processes left running; says how many replies that were."""
    left = [running for running in store.replies.running() if _is_dead(running, owner)]
    for running in left:
        _interrupt(store, running)
    return len(left)


def _is_dead(running: Running, owner: str) -> bool:
    machine, pid, _token = running.owner.split("/")
    own_machine, own_pid, _token = owner.split("/")
    if running.owner == owner:
        return False
    if machine == own_machine:
        return pid == own_pid or not _is_alive(int(pid))
    return running.heartbeat_at is None or datetime.now(UTC) - running.heartbeat_at > SILENCE


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _interrupt(store: Store, running: Running) -> None:
    events = store.replies.tape(running.reply_id)
    seq = len(events)
    if not (events and isinstance(events[-1], CLOSING)):
        at_ms = events[-1].at_ms if events else 0.0
        usage = accounted(fold(events), *_prompt(store, running))
        events += [UsageReported(at_ms, usage), Interrupted(at_ms)]
    reply = fold(events)
    row = LedgerRow.of(
        reply,
        reply_id=running.reply_id,
        session_id=running.session_id,
        conversation_id=running.conversation_id,
        created_at=running.created_at,
    )
    store.replies.journal([Entry(running.reply_id, seq, events[seq:])], [Closing(reply, row)])


def _prompt(store: Store, running: Running) -> tuple[list[str], int]:
    """The texts that were sent, and the tokens of the images."""
    conversation = store.conversations.get(running.conversation_id)
    if not conversation:
        return [], 0
    return conversation.prompt(running.reply_id), conversation.prompt_image_tokens(running.reply_id)
