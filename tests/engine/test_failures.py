"""What goes wrong upstream, in the database or in our own code ends one reply and nothing else."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from lib.chat.connection import Connection
from lib.chat.errors import Category
from lib.chat.messages import Params
from lib.chat.reply import State
from lib.chat.tape import Retried, Sent
from lib.chat.usage import Source
from lib.engine.engine import Engine
from lib.gateway.client import Gateway
from lib.store import Store, database
from tests.engine.conftest import PATIENCE, Chat, wait_for_text
from tests.scripted_gateway import Gate, ScriptedGateway, error, hang_up, raw, stream
from tests.scripted_replies import Script

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
    [row] = chat.store.ledger.of_session(chat.session_id)
    assert row.state is State.FAILED
    assert row.usage.source is (Source.ESTIMATED if text else Source.UNKNOWN)
    assert chat.ask().reply().state is State.COMPLETED


def test_what_was_asked_again_stands_in_the_tape_the_fold_and_the_ledger(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(error(503), error(429), stream("At last"))
    tape = chat.ask()
    message, reply = chat.stored(tape)
    assert (message.content, reply.notices) == (
        "At last",
        ("Asked again after an error of the server (503).", "Asked again after too many requests (429)."),
    )
    kinds = [type(event) for event in chat.store.replies.tape(tape.reply_id)]
    assert (kinds.count(Sent), kinds.count(Retried)) == (3, 2)
    [row] = chat.store.ledger.of_session(chat.session_id)
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
    chat.store.conversations.purge(chat.conversation.id)
    gate.open()
    assert tape.wait_closed(PATIENCE)
    chat.flush()
    assert chat.store.conversations.get(chat.conversation.id) is None
    [row] = chat.store.ledger.of_session(chat.session_id)
    assert (row.reply_id, row.state) == (tape.reply_id, State.COMPLETED)
    assert chat.engine.problem is None
    assert chat.stored(chat.beside().ask())[1].state is State.COMPLETED


def test_a_send_that_cannot_be_stored_is_answered_in_memory(
    path: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 20)
    store = Store(path)
    chat = Chat(Engine(Gateway(), store), store, connection)
    with closing(sqlite3.connect(path, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        tape = chat.send()
        assert tape.wait_closed(PATIENCE)
        somebody.execute("ROLLBACK")
    assert tape.reply().state is State.COMPLETED
    assert chat.conversation.is_temporary
    assert "goes on in memory" in caplog.text
    assert chat.ask().reply().state is State.COMPLETED
    assert len(chat.conversation.path()) == 4
    assert store.conversations.latest(10) == []
    chat.engine.stop()
    store.close()


def test_a_fault_of_our_own_ends_the_reply_instead_of_leaving_it_hanging(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    chat.conversation.is_temporary = True
    chat.conversation.params = cast(Params, None)
    tape = chat.send()
    assert tape.wait_closed(PATIENCE)
    assert tape.reply().state is State.FAILED
    assert "ended without its closing event" in caplog.text
