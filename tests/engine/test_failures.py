"""What goes wrong upstream, in the database or in our own code ends one reply and nothing else."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from lib.domain.conversation.messages import Params
from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.domain.reply.errors import Category
from lib.domain.reply.reply import State
from lib.domain.reply.tape import Retried, Sent, text_of
from lib.domain.reply.usage import Source
from lib.engine import journal
from lib.engine.engine import Engine
from lib.gateway.client import Gateway
from lib.store import Store
from lib.store.database import sqlite
from tests.engine.conftest import Chat, wait_for_text
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import Gate, ScriptedGateway, error, hang_up, raw, stream
from tests.scripted_gateway.replies import Script

SURROGATE = (
    b'data: {"choices":[{"index":0,"delta":{"content":"a \\ud83d b \\ud83d\\ude42"}}]}\n\n'
    b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)


@pytest.mark.parametrize(
    ("script", "category", "text"),
    [
        (error(401, {"error": {"message": "Invalid token"}}), Category.INVALID_KEY, ""),
        (error(429, {"error": {"message": "Slow down"}}), Category.RATE_LIMITED, ""),
        (stream("Some", " text", hang_up=True), Category.STREAM_INTERRUPTED, "Some text"),
        (hang_up(), Category.UPSTREAM_DOWN, ""),
    ],
    ids=["401", "429", "cut", "hang up"],
)
def test_an_upstream_error_ends_the_reply_and_keeps_its_text(
    chat: Chat, gateway: ScriptedGateway, script: Script, category: Category, text: str
) -> None:
    gateway.when("Go wrong", script)
    tape = chat.ask("Go wrong")
    message, reply = chat.stored(tape)
    assert (reply.state, message.content) == (State.FAILED, text)
    assert reply.error is not None
    assert reply.error.category is category
    [row] = chat.store.of(LOCAL).ledger.of_session(chat.session_id)
    assert row.state is State.FAILED
    assert row.usage.source is (Source.ESTIMATED if text else Source.UNKNOWN)
    assert chat.ask().reply().state is State.COMPLETED


def test_what_was_asked_again_stands_in_the_tape_the_fold_and_the_ledger(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(error(503), error(429), stream("At last"))
    tape = chat.ask()
    message, reply = chat.stored(tape)
    assert (message.content, tuple(map(str, reply.notices))) == (
        "At last",
        ("Asked again after an error of the server (503).", "Asked again after too many requests (429)."),
    )
    kinds = [type(event) for event in chat.store.replies.tape(tape.reply_id)]
    assert (kinds.count(Sent), kinds.count(Retried)) == (3, 2)
    [row] = chat.store.of(LOCAL).ledger.of_session(chat.session_id)
    assert (row.retries, row.state) == (2, State.COMPLETED)


@pytest.mark.parametrize(
    "script",
    [raw(SURROGATE), error(400, b'{"error": {"message": "cut off \\ud83d"}}')],
    ids=["in the text", "in an error"],
)
def test_half_a_character_from_upstream_does_not_stop_the_journal(
    chat: Chat, gateway: ScriptedGateway, script: Script
) -> None:
    gateway.enqueue(script)
    tape = chat.ask()
    assert chat.engine.problem is None
    assert chat.stored(tape)[1].state is not State.RUNNING
    assert chat.stored(chat.ask())[1].state is State.COMPLETED
    if not tape.reply().error:
        assert chat.stored(tape)[0].content == "a \ufffd b 🙂"


def test_a_conversation_purged_while_it_is_answered_harms_nobody(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    gate = Gate()
    gateway.enqueue(stream("Hel", "lo", hold=gate, hold_after=1))
    tape = chat.send()
    wait_for_text(tape, "Hel")
    chat.store.of(LOCAL).conversations.purge(chat.conversation.id)
    gate.open()
    assert tape.wait_closed(PATIENCE)
    chat.flush()
    assert chat.store.of(LOCAL).conversations.get(chat.conversation.id) is None
    [row] = chat.store.of(LOCAL).ledger.of_session(chat.session_id)
    assert (row.reply_id, row.state) == (tape.reply_id, State.COMPLETED)
    assert chat.engine.problem is None
    assert chat.stored(chat.beside().ask())[1].state is State.COMPLETED


@dataclass(slots=True)
class Lock:
    """Somebody else who is writing to the database, and does not come to an end."""

    connection: sqlite3.Connection

    def take(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")

    def release(self) -> None:
        self.connection.execute("ROLLBACK")


@pytest.fixture
def lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lock]:
    """A lock for which nobody waits long."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 20)  # before the store opens its first connection
    monkeypatch.setattr(journal, "RETRY_SECONDS", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield Lock(connection)


@pytest.fixture
def patient(lock: Lock, store: Store, connection: Connection) -> Iterator[Chat]:  # noqa: ARG001
    """A chat whose store gives up soon where it is locked."""
    chat = Chat(Engine(Gateway(), store), store, connection)
    yield chat
    chat.engine.stop()


def test_what_is_said_while_the_database_is_locked_is_answered_and_stored_once_it_is_free(
    patient: Chat, lock: Lock
) -> None:
    before = patient.ask("tokens=2 before")
    lock.take()
    other = patient.beside()
    tapes = [patient.send("tokens=2 first"), other.send("tokens=2 new")]
    assert all(tape.wait_closed(PATIENCE) for tape in tapes)
    assert "locked" in str(patient.engine.problem)
    tapes.append(patient.send("tokens=2 second"))
    assert tapes[-1].wait_closed(PATIENCE)
    assert patient.engine.is_behind(LOCAL, patient.conversation.id)
    assert not patient.engine.flush(0.05)
    unstored = {
        id_: message for each in patient.engine.unstored(LOCAL) for id_, message in each.messages.items()
    }
    for tape in tapes:
        assert (unstored[tape.reply_id].content, unstored[tape.reply_id].reply) == (
            text_of(tape.events),
            tape.reply(),
        )
    assert not patient.conversation.is_temporary
    lock.release()
    for chat in (patient, other):
        assert chat.engine.flush(PATIENCE)
        found = chat.store.of(LOCAL).conversations.get(chat.conversation.id)
        assert found is not None
        assert [message.id for message in found.path()] == [m.id for m in chat.conversation.path()]
        assert (found.title, list(found.messages)) == (
            chat.conversation.title,
            list(chat.conversation.messages),
        )
    assert patient.engine.problem is None
    assert patient.engine.unstored(LOCAL) == []
    assert not patient.engine.is_behind(LOCAL, patient.conversation.id)
    booked = [row.reply_id for row in patient.store.of(LOCAL).ledger.of_session(patient.session_id)]
    assert sorted(booked) == sorted(tape.reply_id for tape in (before, *tapes))
    for tape in tapes:
        assert text_of(patient.store.replies.tape(tape.reply_id)) == text_of(tape.events)


def test_a_send_that_arrives_again_while_the_first_one_waits_to_be_stored_is_the_same_send(
    patient: Chat, lock: Lock, gateway: ScriptedGateway
) -> None:
    lock.take()
    tape = patient.try_send("tokens=2", "once")
    assert tape is not None
    assert patient.try_send("tokens=2", "once") is None
    assert tape.wait_closed(PATIENCE)
    lock.release()
    patient.flush()
    assert patient.try_send("tokens=2", "once") is None
    assert len(gateway.requests) == 1
    assert len(patient.store.of(LOCAL).ledger.of_session(patient.session_id)) == 1


def test_a_reply_that_waits_to_be_stored_can_be_stopped_and_is_stored_as_stopped(
    patient: Chat, lock: Lock, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("Hel", then_silence=True))
    lock.take()
    tape = patient.send()
    wait_for_text(tape, "Hel")
    patient.engine.cancel(LOCAL, tape.reply_id)
    lock.release()
    message, reply = patient.stored(tape)
    assert (message.content, reply.state) == ("Hel", State.STOPPED)


def test_the_log_tells_of_a_trouble_once_however_long_it_lasts(
    patient: Chat, lock: Lock, caplog: pytest.LogCaptureFixture
) -> None:
    lock.take()
    for _ in range(3):
        assert patient.send().wait_closed(PATIENCE)
        assert not patient.engine.flush(0.1)
    lock.release()
    patient.flush()
    assert eventually(lambda: len(caplog.records) > 1)
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [
        "New messages are kept in memory only. The database cannot be used: database is locked.",
        "Messages are stored again.",
    ]


def test_a_fault_of_our_own_ends_the_reply_instead_of_leaving_it_hanging(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    chat.conversation.is_temporary = True
    chat.conversation.params = cast(Params, None)
    tape = chat.send()
    assert tape.wait_closed(PATIENCE)
    assert tape.reply().state is State.FAILED
    assert "ended without its closing event" in caplog.text
