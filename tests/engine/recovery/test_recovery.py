"""What a process left behind when it died is closed by the next one; what another one runs is not."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import Content, Event, Finished, Interrupted, Sent, UsageReported, text_of
from lib.domain.reply.usage import Source, Usage, estimate_usage
from lib.engine.engine import Engine
from lib.engine.sending import new_id
from lib.gateway.client import Gateway
from lib.store import Store
from lib.store.database import sqlite
from lib.store.database.errors import StoreError
from lib.store.replies import Begun, Entry
from tests.engine.conftest import Chat, draft
from tests.engine.other_process import CONVERSATION, other_process
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import ScriptedGateway, stream
from tests.store.fresh import fresh

ROOT = Path(__file__).resolve().parents[3]
DEAD = "0f"
"""The process that has left the replies of these tests."""


def recover(store: Store) -> None:
    """What a process does that starts on this database alone."""
    Engine(Gateway(), store).stop()


def leave(store: Store, *events: Event, owner: str = DEAD) -> Conversation:
    """A running reply of `owner` with these events in its journal."""
    conversation = draft()
    now = datetime.now(UTC)
    question = Message(new_id(), None, "user", "What is tea?", now)
    answer = Message(new_id(), question.id, "assistant", "", now, Reply())
    store.replies.begin(conversation, [question, answer], Begun(answer.id, LOCAL, new_id(), "s", owner))
    conversation.add([question, answer])
    if events:
        store.replies.journal(owner, [Entry(answer.id, 0, events)])
    return conversation


def state_of(store: Store, conversation: Conversation) -> State:
    found = store.of(LOCAL).conversations.get(conversation.id)
    assert found is not None
    reply = found.path()[-1].reply
    assert reply is not None
    return reply.state


def test_a_reply_of_a_killed_process_is_interrupted_and_one_of_a_living_process_is_not(
    store: Store, path: Path, gateway: ScriptedGateway, connection: Connection
) -> None:
    gateway.enqueue(stream("one ", "two ", then_silence=True))
    with other_process(path, gateway) as (_, reply_id):
        beside = Engine(Gateway(), store)
        assert [running.reply_id for running in store.replies.running()] == [reply_id]
        assert Chat(beside, store, connection).ask().reply().state is State.COMPLETED
        beside.stop()
        assert [running.reply_id for running in store.replies.running()] == [reply_id]
    assert gateway.requests[0].closed.wait(PATIENCE)
    after = Engine(Gateway(), store)
    found = store.of(LOCAL).conversations.get(CONVERSATION)
    assert found is not None
    message = found.messages[reply_id]
    assert message.content == "one two "
    assert message.reply is not None
    assert message.reply.state is State.INTERRUPTED
    [row] = store.of(LOCAL).ledger.of_conversation(CONVERSATION)
    assert (row.state, row.usage.source) == (State.INTERRUPTED, Source.ESTIMATED)
    assert store.replies.running() == []
    found.messages[reply_id] = message
    rest = Chat(after, store, connection, found).continue_reply(reply_id)
    assert rest
    assert rest.wait_closed(PATIENCE)
    assert rest.reply().state is State.COMPLETED
    after.stop()


def test_what_was_journaled_is_kept_and_its_cost_estimated(store: Store) -> None:
    left = leave(store, Sent(0.0, {"model": "model-a"}), Content(5.0, "Tea is "), Content(9.0, "a"))
    recover(store)
    reply_id = left.leaf_id or ""
    tape = store.replies.tape(reply_id)
    assert text_of(tape) == "Tea is a"
    assert isinstance(tape[-1], Interrupted)
    assert tape[-1].at_ms == 9.0
    [row] = store.of(LOCAL).ledger.of_session("s")
    assert row.usage == fold(tape).usage == estimate_usage(["What is tea?"], "Tea is a")
    assert (row.reply_id, row.state) == (reply_id, State.INTERRUPTED)


def test_what_was_reported_before_the_death_is_not_estimated_again(store: Store) -> None:
    usage = Usage(3, 4, 7, source=Source.REPORTED)
    leave(store, Content(5.0, "Tea"), UsageReported(6.0, usage))
    recover(store)
    assert [row.usage for row in store.of(LOCAL).ledger.of_session("s")] == [usage]


def test_a_reply_that_had_said_nothing_is_interrupted_at_no_known_cost(store: Store) -> None:
    left = leave(store)
    recover(store)
    assert state_of(store, left) is State.INTERRUPTED
    assert [row.usage.source for row in store.of(LOCAL).ledger.of_session("s")] == [Source.UNKNOWN]


def test_a_reply_that_had_ended_but_was_not_closed_in_the_store_has_its_own_end(store: Store) -> None:
    left = leave(store, Content(5.0, "Tea"), Finished(6.0, "stop"))
    recover(store)
    assert state_of(store, left) is State.COMPLETED
    assert len(store.replies.tape(left.leaf_id or "")) == 2


def test_recovering_again_finds_nothing(store: Store) -> None:
    for _ in range(3):
        leave(store, Content(5.0, "Tea"))
    for _ in range(2):
        recover(store)
    assert store.replies.running() == []
    assert len(store.of(LOCAL).ledger.of_session("s")) == 3


def test_a_purged_conversation_has_nothing_to_recover(store: Store) -> None:
    left = leave(store)
    store.of(LOCAL).conversations.purge(left.id)
    recover(store)
    assert store.of(LOCAL).ledger.of_session("s") == []


def test_a_process_may_have_had_any_name(store: Store) -> None:
    """Earlier versions named a process by its machine and its number, which another one may have now."""
    names = ("host/1/0f", "abc", "", "a/b", "../../x", "\0", "x" * 5000)
    left = [leave(store, Content(5.0, "Tea"), owner=name) for name in names]
    recover(store)
    assert {state_of(store, each) for each in left} == {State.INTERRUPTED}


DAMAGE = (
    "UPDATE journal SET events = 'no JSON' WHERE reply_id = :id",
    "UPDATE journal SET events = '[[\"?\", 1.0]]' WHERE reply_id = :id",
    'UPDATE journal SET events = \'[["c", "soon", 5]]\' WHERE reply_id = :id',
    'UPDATE journal SET events = \'[["u", 1.0, {"source": "reported"}]]\' WHERE reply_id = :id',
    "INSERT INTO journal VALUES (:id, 'x', '[]')",
    "UPDATE messages SET created_at = 'soon' WHERE id = :id",
    "DELETE FROM messages WHERE id = :id",
    "UPDATE conversations SET params = 'no JSON' WHERE leaf_id = :id",
    "UPDATE replies SET session_id = '' WHERE id = :id",
)


def test_malformed_rows_stop_no_start_and_cost_no_other_reply(store: Store, path: Path) -> None:
    broken = {damage: leave(store, Content(5.0, "Lost")) for damage in DAMAGE}
    whole = [leave(store, Content(5.0, "Tea")) for _ in range(2)]
    with closing(sqlite3.connect(path)) as somebody:
        somebody.execute("INSERT INTO processes VALUES (?, 'soon', NULL)", (DEAD,))
        for damage, conversation in broken.items():
            somebody.execute(damage, {"id": conversation.leaf_id})
        somebody.commit()
        engine = Engine(Gateway(), store)
        assert engine.problem is None
        engine.stop()
        assert {state_of(store, each) for each in whole} == {State.INTERRUPTED}
        states = {
            damage: somebody.execute("SELECT state FROM replies WHERE id = ?", (each.leaf_id,)).fetchone()[0]
            for damage, each in broken.items()
        }
    assert states == dict.fromkeys(DAMAGE, "interrupted")


def test_a_start_beside_a_lock_waits_for_a_moment_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 600_000)  # waiting for this long would fail the test
    beside = fresh(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError):
            beside.check_writable()
        engine = Engine(Gateway(), beside)
        assert engine.problem is not None
        somebody.execute("ROLLBACK")
        assert eventually(lambda: engine.problem is None)
        engine.stop()
    beside.close()
