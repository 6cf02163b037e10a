"""What a process left behind when it died is closed by the next one; what another one runs is not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lib.chat.connection import Connection
from lib.chat.conversations import Conversation
from lib.chat.messages import Message
from lib.chat.reply import Reply, State, fold
from lib.chat.tape import Content, Event, Finished, Interrupted, Sent, UsageReported, text_of
from lib.chat.usage import Source, Usage, estimate_usage
from lib.engine import recovery
from lib.engine.engine import Engine, new_id
from lib.engine.recovery import new_owner, recover
from lib.gateway.client import Gateway
from lib.store import Store
from lib.store.replies import Begun, Entry
from tests.engine.conftest import PATIENCE, Chat, draft
from tests.scripted_gateway import ScriptedGateway, stream

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESS = """
import sys, threading
from datetime import UTC, datetime
from pathlib import Path
from lib.chat.connection import Connection
from lib.chat.conversations import Conversation
from lib.chat.tape import text_of
from lib.engine.engine import Engine
from lib.gateway.client import Gateway
from lib.store import Store
now = datetime.now(UTC)
chat = Conversation("c", "", now, now, "model-a")
engine = Engine(Gateway(), Store(Path(sys.argv[1])))
to = Connection(sys.argv[2])
tape = engine.send(chat, "Count", parent_id=None, connection=to, send_id="s", session_id="s")
while "two" not in text_of(tape.events):
    tape.wait(len(tape.events), 1.0)
engine.flush()
print(tape.conversation_id, tape.reply_id, flush=True)
threading.Event().wait()
"""
"""Begins a reply, journals two words of it, and waits to be killed."""


@contextmanager
def another_process(path: Path, gateway: ScriptedGateway) -> Iterator[tuple[str, str]]:
    """A process in the middle of a reply, killed at the end; gives the conversation's and the reply's id."""
    command = [sys.executable, "-c", PROCESS, str(path), gateway.base_url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            conversation_id, reply_id = process.stdout.readline().split()
            yield conversation_id, reply_id
        finally:
            process.kill()


@pytest.fixture
def dead_owner() -> str:
    """A process of this machine that is over."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait(PATIENCE)
    machine, _, token = new_owner().split("/")
    return f"{machine}/{process.pid}/{token}"


def leave(store: Store, owner: str, *events: Event) -> Conversation:
    """A running reply of `owner` with these events in its journal."""
    conversation = draft()
    now = datetime.now(UTC)
    question = Message(new_id(), None, "user", "What is tea?", now)
    answer = Message(new_id(), question.id, "assistant", "", now, Reply())
    store.replies.begin(conversation, [question, answer], Begun(answer.id, new_id(), "s", owner))
    conversation.add([question, answer])
    if events:
        store.replies.journal([Entry(answer.id, 0, events)])
    return conversation


def state_of(store: Store, conversation: Conversation) -> State:
    found = store.conversations.get(conversation.id)
    assert found is not None
    reply = found.path()[-1].reply
    assert reply is not None
    return reply.state


def test_a_reply_of_a_killed_process_is_interrupted_and_one_of_a_living_process_is_not(
    store: Store, path: Path, gateway: ScriptedGateway, connection: Connection
) -> None:
    gateway.enqueue(stream("one ", "two ", then_silence=True))
    with another_process(path, gateway) as (conversation_id, reply_id):
        beside = Engine(Gateway(), store)
        assert [running.reply_id for running in store.replies.running()] == [reply_id]
        assert Chat(beside, store, connection).ask().reply().state is State.COMPLETED
        beside.stop()
        assert [running.reply_id for running in store.replies.running()] == [reply_id]
    assert gateway.requests[0].closed.wait(PATIENCE)
    after = Engine(Gateway(), store)
    found = store.conversations.get(conversation_id)
    assert found is not None
    message = found.messages[reply_id]
    assert message.content == "one two "
    assert message.reply is not None
    assert message.reply.state is State.INTERRUPTED
    [row] = store.ledger.of_conversation(conversation_id)
    assert (row.state, row.usage.source) == (State.INTERRUPTED, Source.ESTIMATED)
    assert store.replies.running() == []
    found.messages[reply_id] = message
    rest = Chat(after, store, connection, found).send(None, parent_id=reply_id)
    assert rest.wait_closed(PATIENCE)
    assert rest.reply().state is State.COMPLETED
    after.stop()


def test_what_was_journaled_is_kept_and_its_cost_estimated(store: Store, dead_owner: str) -> None:
    left = leave(
        store, dead_owner, Sent(0.0, {"model": "model-a"}), Content(5.0, "Tea is "), Content(9.0, "a")
    )
    assert recover(store, new_owner()) == 1
    reply_id = left.leaf_id or ""
    tape = store.replies.tape(reply_id)
    assert text_of(tape) == "Tea is a"
    assert isinstance(tape[-1], Interrupted)
    assert tape[-1].at_ms == 9.0
    [row] = store.ledger.of_session("s")
    assert row.usage == fold(tape).usage == estimate_usage(["What is tea?"], "Tea is a")
    assert (row.reply_id, row.state) == (reply_id, State.INTERRUPTED)


def test_what_was_reported_before_the_death_is_not_estimated_again(store: Store, dead_owner: str) -> None:
    usage = Usage(3, 4, 7, source=Source.REPORTED)
    leave(store, dead_owner, Content(5.0, "Tea"), UsageReported(6.0, usage))
    recover(store, new_owner())
    assert [row.usage for row in store.ledger.of_session("s")] == [usage]


def test_a_reply_that_had_said_nothing_is_interrupted_at_no_known_cost(store: Store, dead_owner: str) -> None:
    left = leave(store, dead_owner)
    assert recover(store, new_owner()) == 1
    assert state_of(store, left) is State.INTERRUPTED
    assert [row.usage.source for row in store.ledger.of_session("s")] == [Source.UNKNOWN]


def test_a_reply_that_had_ended_but_was_not_closed_in_the_store_has_its_own_end(
    store: Store, dead_owner: str
) -> None:
    left = leave(store, dead_owner, Content(5.0, "Tea"), Finished(6.0, "stop"))
    assert recover(store, new_owner()) == 1
    assert state_of(store, left) is State.COMPLETED
    assert len(store.replies.tape(left.leaf_id or "")) == 2


def test_recovering_again_finds_nothing(store: Store, dead_owner: str) -> None:
    for _ in range(3):
        leave(store, dead_owner, Content(5.0, "Tea"))
    assert [recover(store, new_owner()) for _ in range(2)] == [3, 0]
    assert len(store.ledger.of_session("s")) == 3


def test_a_predecessor_with_the_same_process_id_is_dead(store: Store) -> None:
    """In a container every process is number 1."""
    left = leave(store, new_owner())
    assert recover(store, new_owner()) == 1
    assert state_of(store, left) is State.INTERRUPTED


def test_ones_own_replies_are_left_alone(store: Store) -> None:
    owner = new_owner()
    leave(store, owner)
    assert recover(store, owner) == 0


def test_a_living_process_of_this_machine_is_left_alone_however_long_it_says_nothing(store: Store) -> None:
    machine, _, token = new_owner().split("/")
    leave(store, f"{machine}/{os.getppid()}/{token}")
    assert recover(store, new_owner()) == 0


@pytest.mark.parametrize(
    ("beats", "silence_seconds", "closed"), [(True, 20.0, 0), (True, 0.0, 1), (False, 20.0, 1)]
)
def test_a_process_of_another_machine_is_dead_when_it_has_been_silent_for_long(
    store: Store, monkeypatch: pytest.MonkeyPatch, beats: bool, silence_seconds: float, closed: int
) -> None:
    monkeypatch.setattr(recovery, "SILENCE", timedelta(seconds=silence_seconds))
    leave(store, "elsewhere/1/abc")
    if beats:
        store.replies.beat("elsewhere/1/abc")
    assert recover(store, new_owner()) == closed


def test_every_process_has_a_name_of_its_own() -> None:
    assert len({new_owner() for _ in range(100)}) == 100


def test_a_purged_conversation_has_nothing_to_recover(store: Store, dead_owner: str) -> None:
    left = leave(store, dead_owner)
    store.conversations.purge(left.id)
    assert recover(store, new_owner()) == 0
    assert store.ledger.of_session("s") == []
