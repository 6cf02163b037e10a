"""Processes that work on one folder: who dies is noticed by the others, who only slept gives way."""

import os
import signal
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest

from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from lib.domain.reply.tape import Content, text_of
from lib.engine.engine import Engine
from lib.engine.notifications import STORING
from lib.engine.recovery import remote_tapes, watchdog
from lib.engine.recovery.watchdog import SILENT_BEATS, DeadProcesses
from lib.gateway.client import Gateway
from lib.store import Store
from lib.store.replies import Entry
from tests.engine.conftest import Chat, wait_for_text
from tests.engine.other_process import other_process
from tests.engine.recovery.test_recovery import leave, state_of
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import Gate, Script, ScriptedGateway, silence, stream

BEAT_SECONDS = 0.03


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "BEAT_SECONDS", BEAT_SECONDS)


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
        for _ in range(2 * SILENT_BEATS):  # so long it is looked at, and found alive
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


def test_who_watches_a_reply_that_was_taken_over_sees_it_interrupted(
    chat: Chat, store: Store, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("one ", then_silence=True), stream("One more"))
    tape = chat.send()
    wait_for_text(tape, "one ")
    chat.flush()
    [running] = store.replies.running()
    beats = store.processes.beats()
    while not store.processes.take_over(running.owner, beats[running.owner], "another"):
        beats = store.processes.beats()
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
    assert caplog.records == []


def test_what_one_took_over_and_could_not_close_is_closed_by_the_next(engine: Engine, store: Store) -> None:
    left = leave(store, Content(1.0, "Tea"), owner="dead")
    assert store.processes.take_over("dead", None, "died too") == [left.leaf_id]
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


class Beats:
    """The heartbeats of some processes, as one of them, `me`, sees them."""

    def __init__(self, *others: str) -> None:
        self.now: dict[str, str | None] = dict.fromkeys(("me", *others), "0")
        self.dead = DeadProcesses("me")
        self._count = 0

    def after(self, *beating: str) -> list[str]:
        """Who is dead after these have beaten once more."""
        self._count += 1
        self.now |= dict.fromkeys(beating, str(self._count))
        return self.dead.after(dict(self.now))


def test_a_process_is_dead_after_some_beats_of_another_one_in_which_it_was_silent() -> None:
    beats = Beats("alive", "dead")
    assert [beats.after("me", "alive") for _ in range(SILENT_BEATS)] == [[]] * SILENT_BEATS
    assert beats.after("me", "alive") == ["dead"]
    assert beats.after("me", "alive", "dead") == []
    assert beats.after("me", "alive") == []


def test_where_one_cannot_beat_oneself_nobody_is_dead() -> None:
    beats = Beats("other")
    assert [beats.after() for _ in range(100)] == [[]] * 100
    assert [beats.after("me", "other"), *(beats.after() for _ in range(100))] == [[]] * 101


def test_one_who_beats_seldom_is_alive() -> None:
    beats = Beats("slow")
    for _ in range(20):
        assert [beats.after("me") for _ in range(SILENT_BEATS - 1)] == [[]] * (SILENT_BEATS - 1)
        assert beats.after("me", "slow") == []


def test_a_beat_in_between_is_one_too() -> None:
    beats = Beats("other")
    for _ in range(20):
        assert [beats.after("me") for _ in range(SILENT_BEATS - 1)] == [[]] * (SILENT_BEATS - 1)
        assert beats.after("other") == []


def test_who_comes_later_is_looked_at_from_then_on() -> None:
    beats = Beats()
    for _ in range(20):
        beats.after("me")
    beats.now["late"] = None
    assert [beats.after("me") for _ in range(SILENT_BEATS)] == [[]] * SILENT_BEATS
    assert beats.after("me") == ["late"]


def test_a_process_whose_heartbeat_is_held_up_may_be_taken_for_dead(
    engine: Engine, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "LEASE_SECONDS", SILENT_BEATS * BEAT_SECONDS)
    assert eventually(lambda: engine.has_lease)
    with closing(sqlite3.connect(path, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        assert eventually(lambda: not engine.has_lease)
        somebody.execute("ROLLBACK")
    assert eventually(lambda: engine.has_lease)
