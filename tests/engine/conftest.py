"""A real engine over real SQLite and the scripted gateway, and a person who talks to it."""

import http.client
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.models.connection import Connection, Secret
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import Reply
from lib.domain.reply.tape import text_of
from lib.engine.engine import Engine
from lib.engine.live import LiveTape
from lib.engine.sending import Accepted, new_id
from lib.gateway.client import Gateway
from lib.store import Store
from lib.store.database.errors import StoreError
from tests.patience import PATIENCE
from tests.scripted_gateway import ScriptedGateway
from tests.store.fresh import fresh

QUICK = "tokens=2"
"""A message that the scripted gateway answers at once where no script is waiting."""


@contextmanager
def full_disk(store: Store) -> Iterator[None]:
    """As long as this lasts no reply can be begun in the store."""

    def fail(*_: object, **__: object) -> None:
        raise StoreError("The disk is full.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.replies, "begin", fail)
        yield


def draft() -> Conversation:
    now = datetime.now(UTC)
    return Conversation(new_id(), "New chat", now, now, "model-a")


@dataclass(slots=True)
class Chat:
    """One conversation, its engine and its store."""

    engine: Engine
    store: Store
    connection: Connection
    conversation: Conversation = field(default_factory=draft)
    session_id: str = field(default_factory=new_id)

    def send(self, text: str = QUICK, *, attachments: Sequence[Attachment] = ()) -> LiveTape:
        """Say something after the shown message."""
        tape = self.try_send(text, new_id(), attachments=attachments)
        assert tape is not None
        return tape

    def try_send(self, text: str, send_id: str, *, attachments: Sequence[Attachment] = ()) -> LiveTape | None:
        """As a page does it; `None` where that id was sent before."""
        accepted = self.engine.say(
            LOCAL,
            self.conversation,
            text,
            parent_id=self.conversation.leaf_id,
            connection=self.connection,
            send_id=send_id,
            session_id=self.session_id,
            attachments=attachments,
        )
        return self._put(accepted)

    def regenerate(self, tape: LiveTape, send_id: str | None = None) -> LiveTape | None:
        """Ask for another version of an answer."""
        accepted = self.engine.regenerate(
            LOCAL,
            self.conversation,
            self.conversation.messages[tape.reply_id].parent_id,
            connection=self.connection,
            send_id=send_id or new_id(),
            session_id=self.session_id,
        )
        return self._put(accepted)

    def continue_reply(self, reply_id: str) -> LiveTape | None:
        """Ask for the rest of an answer."""
        accepted = self.engine.continue_(
            LOCAL,
            self.conversation,
            reply_id,
            connection=self.connection,
            send_id=new_id(),
            session_id=self.session_id,
        )
        return self._put(accepted)

    def _put(self, accepted: Accepted | None) -> LiveTape | None:
        if accepted is None:
            return None
        accepted.put_into(self.conversation)
        return accepted.tape

    def ask(self, text: str = QUICK) -> LiveTape:
        """Say something and wait until the answer is whole and stored."""
        tape = self.send(text)
        assert tape.wait_closed(PATIENCE)
        self.flush()
        return tape

    def flush(self) -> None:
        assert self.engine.flush(PATIENCE)

    def stored(self, tape: LiveTape) -> tuple[Message, Reply]:
        """The message and the fold that the store has for a tape."""
        self.flush()
        found = self.store.of(LOCAL).conversations.get(tape.conversation_id)
        assert found is not None
        message = found.messages[tape.reply_id]
        assert message.reply is not None
        return message, message.reply

    def beside(self) -> "Chat":
        """Another conversation with the same engine."""
        return Chat(self.engine, self.store, self.connection, session_id=self.session_id)


def wait_for_text(tape: LiveTape, text: str) -> None:
    """Wait until the tape says at least this."""
    seen = 0
    while text not in text_of(tape.events):
        assert tape.wait(seen, PATIENCE), f"the tape says {text_of(tape.events)!r}"
        seen = len(tape.events)


def settle(gateway: ScriptedGateway) -> None:
    """Wait until the gateway has taken every connection that was begun: it takes them in order."""
    last = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE)
    last.request("GET", "/v1/nothing")
    last.getresponse().read()
    last.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = fresh(path)
    yield opened
    opened.close()


@pytest.fixture
def engine(gateway: ScriptedGateway, store: Store) -> Iterator[Engine]:
    running = Engine(Gateway(), store)
    yield running
    running.stop()
    settle(gateway)


@pytest.fixture
def connection(gateway: ScriptedGateway) -> Connection:
    return Connection(gateway.base_url, Secret("sk-scripted0123456789"))


@pytest.fixture
def chat(engine: Engine, store: Store, connection: Connection) -> Chat:
    return Chat(engine, store, connection)


@pytest.fixture
def second(path: Path, store: Store) -> Iterator[Engine]:  # noqa: ARG001
    """An engine beside another one, as of another process: with a store and a lock of its own."""
    own = Store(path)
    engine = Engine(Gateway(), own)
    yield engine
    engine.stop()
    own.close()


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
