"""Processes that work on one folder: who dies is noticed by the others, who only slept gives way."""

import os
import re
import signal
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from lib.domain.reply.tape import Content, text_of
from lib.engine.engine import Engine
from lib.engine.notifications import STORING
from lib.engine.recovery import remote_tapes, watchdog
from lib.gateway.client import Gateway
from lib.store import Store
from lib.store.database import postgres as postgres_database
from lib.store.database import schema
from lib.store.database.errors import StoreError
from lib.store.replies import Entry
from tests.engine.conftest import Chat, process, wait_for_text
from tests.engine.other_process import other_process
from tests.engine.recovery.test_recovery import leave, state_of
from tests.patience import PATIENCE, eventually
from tests.postgres import Server
from tests.scripted_gateway import Gate, Script, ScriptedGateway, silence, stream
from tests.store.conftest import OWNER, begin, events
from tests.store.conftest import closing as end_of
from tests.store.conftest import draft as a_chat
from tests.store.fresh import made_in
from tests.store.leases import take_over

BEAT_SECONDS, LEASE_SECONDS = 0.03, 1.0
"""A process that has just begun imports much: it may miss many beats."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "BEAT_SECONDS", BEAT_SECONDS)
    monkeypatch.setattr(watchdog, "LEASE_SECONDS", LEASE_SECONDS)


def stop_between_writes(process: "subprocess.Popen[str]", path: Path) -> None:
    """Stop a process while it writes nothing: in the midst of that it would keep everybody from writing."""
    for _ in range(100):
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        with closing(sqlite3.connect(path, timeout=0.5, isolation_level=None)) as somebody:
            try:
                somebody.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                process.send_signal(signal.SIGCONT)
            else:
                somebody.execute("ROLLBACK")
                return
    raise AssertionError("It writes all the time.")


def test_of_two_processes_the_one_that_lives_closes_what_the_other_left(
    engine: Engine, store: Store, path: Path, gateway: ScriptedGateway, connection: Connection
) -> None:
    gateway.when("Count", stream("one ", "two ", then_silence=True))
    gate = Gate()
    gateway.when("Mine", stream("Al", "ive", hold=gate, hold_after=1))
    mine = Chat(engine, store, connection).send("Mine")
    with other_process(path, gateway, BEAT_SECONDS) as (process, reply_id):
        both = {mine.reply_id, reply_id}
        for _ in range(10):  # so long it is looked at, and found alive
            before = store.processes.beats()
            assert eventually(lambda: store.processes.beats() != before)  # noqa: B023
        assert {running.reply_id for running in store.replies.running()} == both
        watched = engine.follow(LOCAL, reply_id)
        assert watched is not None
        assert watched.is_remote
        assert engine.follow(LOCAL, reply_id) is watched
        process.kill()
        assert eventually(lambda: {r.reply_id for r in store.replies.running()} == {mine.reply_id})
    found = store.of(LOCAL).conversations.get("c")
    assert found is not None
    assert found.messages[reply_id].content == "one two "
    assert watched.wait_closed(PATIENCE)
    assert (text_of(watched.events), watched.reply().state) == ("one two ", State.INTERRUPTED)
    assert state_of(store, found) is State.INTERRUPTED
    assert [row.state for row in store.of(LOCAL).ledger.of_conversation("c")] == [State.INTERRUPTED]
    assert len(store.processes.beats()) == 1, "the dead one is forgotten"
    gate.open()
    assert mine.wait_closed(PATIENCE)
    assert mine.reply().state is State.COMPLETED
    assert engine.problem is None


def test_a_process_that_was_stopped_for_long_writes_nothing_into_a_reply_that_was_closed_meanwhile(
    engine: Engine, store: Store, path: Path, gateway: ScriptedGateway
) -> None:
    gate = Gate()
    gateway.when("Count", stream("one ", "two ", "three", hold=gate, hold_after=2, then_silence=True))
    with other_process(path, gateway, BEAT_SECONDS) as (process, reply_id):
        stop_between_writes(process, path)
        assert eventually(lambda: not store.replies.running())
        tape = store.replies.tape(reply_id)
        process.send_signal(signal.SIGCONT)
        gate.open()
        assert process.stdout
        assert process.stdout.readline().strip() == "interrupted", "who watches it there is told"
        assert process.wait(PATIENCE) == 0
    assert store.replies.tape(reply_id) == tape
    assert [row.state for row in store.of(LOCAL).ledger.of_conversation("c")] == [State.INTERRUPTED]
    assert engine.problem is None


def test_on_a_server_it_may_be_stopped_at_any_moment(
    postgres: Server, gateway: ScriptedGateway, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_database, "FROZEN_SECONDS", 0.3)
    url, gate = made_in(postgres), Gate()
    words = [f"{word} " for word in ("one", "two", *range(200))]
    gateway.when("Count", stream(*words, delay=0.001, hold=gate, hold_after=150))
    with process(url) as (engine, store), other_process(url, gateway, BEAT_SECONDS) as (other, reply_id):
        other.send_signal(signal.SIGSTOP)
        assert eventually(lambda: not store.replies.running())
        closed = store.replies.tape(reply_id)
        found = store.of(LOCAL).conversations.get("c")
        assert found is not None
        assert "".join(words).startswith(found.messages[reply_id].content)
        assert text_of(closed) == found.messages[reply_id].content
        rest = Chat(engine, store, connection, found).continue_reply(reply_id)
        assert rest is not None
        other.send_signal(signal.SIGCONT)
        assert other.stdout
        assert other.stdout.readline().strip() == "interrupted"
        gate.open()
        assert other.wait(PATIENCE) == 0
        assert rest.wait_closed(PATIENCE)
        assert store.replies.tape(reply_id) == closed
        assert engine.problem is None


def test_who_is_frozen_while_it_writes_stalls_nobody_for_long(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_database, "FROZEN_SECONDS", 0.3)
    url = made_in(postgres)
    with closing(Store(url)) as frozen, closing(Store(url)) as other:
        conversation = a_chat()
        reply_id, tape = begin(frozen, conversation), events("Tea")
        end = end_of(conversation, reply_id, tape)
        with pytest.raises(StoreError), frozen._database.write() as connection:
            connection.execute(select(schema.conversations.c.id).with_for_update())
            connection.execute(select(schema.replies.c.id).with_for_update())
            other.replies.journal(OWNER, [Entry(reply_id, 0, tape)], [end])
            connection.execute(select(1))
        assert other.replies.running() == []
        assert begin(frozen, a_chat()), "it goes on with another connection"


def test_who_watches_a_reply_that_was_taken_over_sees_it_interrupted(
    chat: Chat, store: Store, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("one ", then_silence=True), stream("One more"))
    tape = chat.send()
    wait_for_text(tape, "one ")
    chat.flush()
    [running] = store.replies.running()
    while not take_over(store, running.owner, by="another"):
        pass  # it beats all the time
    assert tape.wait_closed(PATIENCE)
    assert tape.reply().state is State.INTERRUPTED
    assert gateway.requests[0].closed.wait(PATIENCE)
    assert eventually(lambda: chat.engine.follow(LOCAL, tape.reply_id) is None)
    assert chat.beside().ask().reply().state is State.COMPLETED


def test_two_who_look_at_the_same_time_close_a_reply_once(
    engine: Engine, second: Engine, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    left = [leave(store, Content(1.0, "Tea"), owner=f"dead-{number}") for number in range(20)]
    assert eventually(lambda: not store.replies.running())
    assert {state_of(store, each) for each in left} == {State.INTERRUPTED}
    assert len(store.of(LOCAL).ledger.of_session("s")) == len(left)
    assert {len(store.replies.tape(each.leaf_id or "")) for each in left} == {3}
    assert (engine.problem, second.problem) == (None, None)
    told = [re.match(r"A process has died: its (\d+) running", message) for message in caplog.messages]
    assert sum(int(taken[1]) if taken else 999 for taken in told) == len(left)


def test_what_one_took_over_and_could_not_close_is_closed_by_the_next(engine: Engine, store: Store) -> None:
    left = leave(store, Content(1.0, "Tea"), owner="dead")
    while not take_over(store, "dead", by="died too"):
        pass  # the engine looks, too
    assert eventually(lambda: state_of(store, left) is State.INTERRUPTED)
    assert engine.problem is None


def test_a_new_start_beside_a_living_process_leaves_its_replies_alone(
    second: Engine, store: Store, connection: Connection, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("one ", then_silence=True))
    running = Chat(second, store, connection).send()
    wait_for_text(running, "one ")
    third = Engine(Gateway(), store)
    assert [found.reply_id for found in store.replies.running()] == [running.reply_id]
    third.stop()
    assert [found.reply_id for found in store.replies.running()] == [running.reply_id]


def test_what_keeps_words_from_being_stored_is_told_to_who_listens(
    engine: Engine, store: Store, path: Path
) -> None:
    told = threading.Event()
    engine.notifications.listen(STORING, told.set)
    away = path.with_name("away")
    path.rename(away)
    assert told.wait(PATIENCE)
    assert "was deleted or moved away" in str(engine.problem)
    told.clear()
    away.rename(path)
    assert told.wait(PATIENCE)
    assert engine.problem is None
    store.replies.journal("nobody", [Entry("nothing", 0, [])])


def test_a_reply_of_another_process_is_followed_word_for_word(
    chat: Chat, second: Engine, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_tapes, "LOOK_SECONDS", 0.01)
    gate = Gate()
    gateway.enqueue(stream("one ", "two", hold=gate, hold_after=1))
    tape = chat.send()
    wait_for_text(tape, "one ")
    watched = second.follow(LOCAL, tape.reply_id)
    assert watched is not None
    wait_for_text(watched, "one ")
    gate.open()
    assert watched.wait_closed(PATIENCE)
    assert watched.reply().text == "one two"
    assert watched.reply().state is State.COMPLETED
    assert second.follow(LOCAL, tape.reply_id) is None


def test_a_reply_whose_chat_is_deleted_meanwhile_ends_for_who_follows_it(
    chat: Chat, second: Engine, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_tapes, "LOOK_SECONDS", 0.01)
    gateway.enqueue(stream("one ", then_silence=True))
    tape = chat.send()
    watched = second.follow(LOCAL, tape.reply_id)
    assert watched is not None
    chat.store.of(LOCAL).conversations.purge(tape.conversation_id)
    assert watched.wait_closed(PATIENCE)
    assert watched.reply().state is State.INTERRUPTED


@pytest.mark.parametrize("script", [silence(), stream("one ", then_silence=True)])
def test_a_reply_is_stopped_when_its_chat_is_purged_by_whatever_process(
    chat: Chat, path: Path, gateway: ScriptedGateway, script: Script
) -> None:
    gateway.enqueue(script)
    tape = chat.send()
    other = Store(path)
    other.of(LOCAL).conversations.purge(tape.conversation_id)
    other.close()
    assert tape.wait_closed(PATIENCE)
    assert tape.reply().state is State.INTERRUPTED
    chat.flush()
    assert chat.engine.problem is None
    [row] = chat.store.of(LOCAL).ledger.of_session(chat.session_id)
    assert row.state is State.INTERRUPTED


def test_a_process_whose_heartbeat_is_held_up_may_be_taken_for_dead(engine: Engine, path: Path) -> None:
    assert eventually(lambda: engine.has_lease)
    with closing(sqlite3.connect(path, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        assert eventually(lambda: not engine.has_lease)
        somebody.execute("ROLLBACK")
    assert eventually(lambda: engine.has_lease)
