"""Replies that another process runs, on both databases: followed word for word, and stopped from anywhere."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from lib.engine.engine import Engine
from lib.gateway.client import Gateway
from lib.store import Store
from tests.engine.conftest import Chat, wait_for_text
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, ScriptedGateway, stream


@contextmanager
def process(database: Path | str) -> Iterator[tuple[Engine, Store]]:
    """What a process has: connections and an engine of its own."""
    store = Store(database)
    engine = Engine(Gateway(), store)
    yield engine, store
    engine.stop()
    store.close()


@pytest.fixture
def here(database: Path | str, connection: Connection) -> Iterator[Chat]:
    """A chat in the process that runs its replies."""
    with process(database) as (engine, store):
        yield Chat(engine, store, connection)


@pytest.fixture
def elsewhere(database: Path | str, here: Chat) -> Iterator[Engine]:  # noqa: ARG001 - it comes second
    with process(database) as (engine, _):
        yield engine


def test_many_are_followed_at_once(here: Chat, elsewhere: Engine, gateway: ScriptedGateway) -> None:
    words = [f"word{number} " for number in range(20)]
    with ExitStack() as gates:
        chats = [here.beside() for _ in range(5)]
        gate = gates.enter_context(closing_gate())
        for _ in chats:
            gateway.enqueue(stream(*words, hold=gate, hold_after=1))
        tapes = [chat.send() for chat in chats]
        for tape in tapes:
            wait_for_text(tape, words[0])
        watched = [elsewhere.follow(LOCAL, tape.reply_id) for tape in tapes]
        gate.open()
    for followed in watched:
        assert followed is not None
        assert followed.wait_closed(PATIENCE)
        assert followed.reply().text == "".join(words)
        assert followed.reply().state is State.COMPLETED


@contextmanager
def closing_gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


def test_a_reply_is_stopped_from_another_process(
    here: Chat, elsewhere: Engine, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("one ", then_silence=True))
    tape = here.send()
    wait_for_text(tape, "one ")
    watched = elsewhere.follow(LOCAL, tape.reply_id)
    assert watched is not None
    elsewhere.cancel(LOCAL, tape.reply_id)
    assert watched.wait_closed(PATIENCE)
    assert tape.reply().state is watched.reply().state is State.STOPPED
    assert tape.reply().text == "one "


def test_nobody_else_stops_it(here: Chat, elsewhere: Engine, gateway: ScriptedGateway) -> None:
    gate = Gate()
    gateway.enqueue(stream("one ", "two", hold=gate, hold_after=1))
    tape = here.send()
    wait_for_text(tape, "one ")
    elsewhere.cancel("somebody else", tape.reply_id)
    assert here.store.replies.wanted_stops(here.store.replies.running()[0].owner) == []
    gate.open()
    assert tape.wait_closed(PATIENCE)
    assert tape.reply().state is State.COMPLETED
