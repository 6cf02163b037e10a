"""A server that is away while replies stream: they go on in memory, and no character is lost."""

from collections.abc import Iterator

import pytest

from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from tests import postgres
from tests.engine.conftest import Chat, process, wait_for_text
from tests.patience import PATIENCE, eventually
from tests.postgres import Server
from tests.scripted_gateway import Gate, ScriptedGateway, stream
from tests.store.fresh import made_in

CHATS = 10
WORDS = [f"w{number:03} " for number in range(200)]


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that nobody else uses."""
    with postgres.running() as server:
        yield server


def test_replies_go_on_while_the_database_is_away_and_are_stored_when_it_is_back(
    own_server: Server, gateway: ScriptedGateway, connection: Connection
) -> None:
    url, gate, last = made_in(own_server), Gate(), Gate()
    with process(url) as (engine, store), process(url) as (elsewhere, _):
        chats = [Chat(engine, store, connection) for _ in range(CHATS)]
        for _ in chats[:-1]:
            gateway.enqueue(stream(*WORDS, hold=gate, hold_after=50))
        tapes = [chat.send() for chat in chats[:-1]]
        gateway.enqueue(stream(*WORDS, hold=last, hold_after=50))
        tapes.append(chats[-1].send())
        for tape in tapes:
            wait_for_text(tape, WORDS[49])
        watched = elsewhere.follow(LOCAL, tapes[-1].reply_id)
        assert watched is not None
        own_server.stop()
        gate.open()
        for tape in tapes[:-1]:
            assert tape.wait_closed(PATIENCE)
        assert eventually(lambda: engine.problem is not None and elsewhere.problem is not None)
        gateway.enqueue(stream("Meanwhile"))
        meanwhile = chats[0].send()
        assert meanwhile.wait_closed(PATIENCE)
        assert engine.is_behind(LOCAL, meanwhile.conversation_id)
        assert len(engine.unstored(LOCAL)) == CHATS
        own_server.start()
        assert eventually(lambda: engine.problem is None and elsewhere.problem is None)
        last.open()
        assert tapes[-1].wait_closed(PATIENCE)
        assert watched.wait_closed(PATIENCE)
        assert watched.reply().text == "".join(WORDS)
        for tape in (*tapes, meanwhile):
            message, reply = chats[0].stored(tape)
            assert message.content == reply.text == tape.reply().text
            assert reply.state is State.COMPLETED
        assert {tape.reply().text for tape in tapes} == {"".join(WORDS)}
        assert engine.unstored(LOCAL) == []
        assert store.replies.running() == []
