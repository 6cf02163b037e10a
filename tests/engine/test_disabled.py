"""Whoever may not sign in any more sends nothing more, by whatever goes on without a page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.domain.comparison import deck_runs, decks
from lib.domain.comparison.decks import Prompt
from lib.domain.models.connection import Connection
from lib.domain.people.audit import COMMAND_LINE
from lib.domain.people.people import Person, Role
from lib.domain.reply.errors import ChatError
from lib.domain.reply.reply import State
from lib.engine.engine import Engine
from lib.engine.live import LiveTape
from lib.engine.recovery import watchdog
from lib.engine.sending import SendRefused, new_id
from lib.store import Store
from tests.engine.conftest import QUICK, Chat, draft, full_disk
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import Gate, ScriptedGateway, silence, stream

ONE = "1" * 32
SENTENCE = "Your account is disabled. Ask an admin to enable it."
Say = Callable[..., LiveTape]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "BEAT_SECONDS", 0.03)


@pytest.fixture(autouse=True)
def _one(store: Store) -> None:
    store.people.add(Person(ONE, "password", "one", "", "", Role.MEMBER, datetime.now(UTC)))


@pytest.fixture
def say(engine: Engine, connection: Connection) -> Say:
    def say_(text: str = QUICK, *, is_temporary: bool = False) -> LiveTape:
        chat = replace(draft(), is_temporary=is_temporary)
        accepted = engine.say(
            ONE, chat, text, parent_id=None, connection=connection, send_id=new_id(), session_id="s"
        )
        assert accepted
        return accepted.tape

    return say_


def disable(store: Store, *, is_disabled: bool = True) -> None:
    store.people.set_disabled(ONE, datetime.now(UTC) if is_disabled else None, COMMAND_LINE)


@pytest.mark.parametrize("is_temporary", [False, True])
def test_whoever_is_disabled_or_removed_sends_nothing(
    store: Store, say: Say, gateway: ScriptedGateway, is_temporary: bool
) -> None:
    disable(store)
    with pytest.raises(SendRefused, match=SENTENCE) as refused:
        say(is_temporary=is_temporary)
    assert refused.value.retry_after is None
    assert store.of(ONE).conversations.latest(5) == []
    disable(store, is_disabled=False)
    say(is_temporary=is_temporary).wait_closed(PATIENCE)
    store.ownership.remove(ONE, COMMAND_LINE)
    with pytest.raises(SendRefused, match="Your account is gone"):
        say(is_temporary=is_temporary)
    assert len(gateway.requests) == 1


def test_speech_is_refused_too(
    store: Store, engine: Engine, connection: Connection, gateway: ScriptedGateway
) -> None:
    disable(store)
    with pytest.raises(ChatError, match=SENTENCE):
        engine.transcribe(ONE, connection, b"RIFF", model="a", session_id="s", conversation_id="c")
    assert gateway.requests == []


def test_a_series_of_repeats_ends(store: Store, engine: Engine, say: Say) -> None:
    begun = list[LiveTape]()

    def send(_number: int) -> LiveTape:
        begun.append(say())
        disable(store)
        return begun[-1]

    engine.repeats.start(ONE, "a series", 5, send)
    assert eventually(lambda: not engine.repeats.is_running(ONE, "a series"))
    assert len(begun) == 1


def test_a_deck_run_pauses_with_the_sentence(
    store: Store, engine: Engine, connection: Connection, gateway: ScriptedGateway
) -> None:
    gate, deck = Gate(), decks.new(new_id(), [Prompt(new_id(), "One"), Prompt(new_id(), "Two")])
    run, rows = deck_runs.of(new_id(), deck, [draft()], now=datetime.now(UTC), new_id=new_id)
    store.of(ONE).deck_runs.add(run, rows)
    gateway.when("One", stream("Said", hold=gate))
    assert engine.deck_runs.start(ONE, run, connection, session_id="s")
    assert gate.reached.wait(PATIENCE)
    disable(store)
    gate.open()
    assert eventually(lambda: not engine.deck_runs.is_running(ONE, run.id))
    assert engine.deck_runs.problem(ONE, run.id) == SENTENCE
    assert [request.prompt for request in gateway.requests] == ["One"]


def test_what_was_answered_before_is_stored_afterwards(store: Store, engine: Engine, say: Say) -> None:
    with full_disk(store):
        tape = say()
        assert tape.wait_closed(PATIENCE)
        disable(store)
    assert eventually(lambda: store.of(ONE).conversations.get(tape.conversation_id) is not None)
    assert engine.flush(PATIENCE)
    assert engine.problem is None


def test_all_that_runs_for_whoever_is_removed_elsewhere_is_stopped(
    path: Path, say: Say, gateway: ScriptedGateway
) -> None:
    gateway.answer_chats(silence())
    tapes = [say(is_temporary=is_temporary) for is_temporary in (False, True)]
    other = Store(path)
    other.ownership.remove(ONE, COMMAND_LINE)
    other.close()
    for tape in tapes:
        assert tape.wait_closed(PATIENCE)
        assert tape.reply().state is State.INTERRUPTED


def test_what_runs_for_whoever_is_disabled_or_nobody_in_particular_goes_on(
    store: Store, engine: Engine, connection: Connection, say: Say, gateway: ScriptedGateway
) -> None:
    gate = Gate()
    gateway.answer_chats(stream("One ", "two", hold=gate, hold_after=1))
    local = Chat(engine, store, connection)
    local.conversation.is_temporary = True
    tapes = [say(), say(is_temporary=True), local.send()]
    disable(store)
    beat = store.processes.beats()
    for _ in range(3):
        assert eventually(lambda: store.processes.beats() != beat)  # noqa: B023
        beat = store.processes.beats()
    gate.open()
    for tape in tapes:
        assert tape.wait_closed(PATIENCE)
        assert tape.reply().text == "One two"
