"""Deck runs and repeats of another process: seen, paused, stopped, and gone on with when that one ends."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lib.domain.comparison import deck_runs, decks
from lib.domain.comparison.deck_runs import DeckRun
from lib.domain.comparison.decks import Prompt
from lib.domain.models.connection import Connection, Secret
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from lib.engine.engine import Engine
from lib.engine.recovery import watchdog
from lib.engine.sending import new_id
from lib.engine.series import shared
from lib.engine.series.repeats import Repeated
from lib.gateway.client import Gateway
from lib.store import Store
from tests.engine.conftest import Chat, draft
from tests.patience import PATIENCE, eventually
from tests.postgres import Server
from tests.scripted_gateway import Gate, ScriptedGateway, stream
from tests.store.fresh import made_in


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(watchdog, "LEASE_SECONDS", 1.0)
    monkeypatch.setattr(shared, "LOOK_SECONDS", 0.02)


@pytest.fixture
def pair(postgres: Server, connection: Connection) -> Iterator[tuple[Chat, Chat]]:
    """Two processes of one installation, which has a key."""
    database = made_in(postgres)
    with closing(Store(database)) as first, closing(Store(database)) as second:
        one, other = (Engine(Gateway(), store, connection=lambda: connection) for store in (first, second))
        yield Chat(one, first, connection), Chat(other, second, connection)
        one.stop()
        other.stop()


def a_run(chat: Chat, *prompts: str) -> DeckRun:
    deck = decks.new(new_id(), [Prompt(new_id(), each) for each in prompts])
    run, rows = deck_runs.of(new_id(), deck, [draft()], now=datetime.now(UTC), new_id=new_id)
    chat.store.of(LOCAL).deck_runs.add(run, rows)
    return run


def answers(chat: Chat, run: DeckRun) -> list[str]:
    rows = chat.store.of(LOCAL).comparisons.of_run(run.id)
    found = [each for row in rows for each in deck_runs.grid_cells(run, row)]
    return [each.answer.content if each.answer else "" for each in found]


def test_a_run_is_seen_paused_continued_and_stopped_from_another_process(
    pair: tuple[Chat, Chat], gateway: ScriptedGateway
) -> None:
    (here, elsewhere), gate = pair, Gate()
    gateway.when("One", stream("1", hold=gate))
    gateway.when("Two", stream("2", then_silence=True))
    run, runs = a_run(here, "One", "Two", "Three"), elsewhere.engine.deck_runs
    assert here.engine.deck_runs.start(LOCAL, run, here.connection, session_id="s")
    assert gate.reached.wait(PATIENCE)
    assert eventually(lambda: runs.is_running(LOCAL, run.id))
    assert not runs.start(LOCAL, run, elsewhere.connection, session_id="s")
    runs.pause(LOCAL, run.id)
    assert runs.is_ending(LOCAL, run.id)
    assert eventually(lambda: here.engine.deck_runs.is_ending(LOCAL, run.id))
    assert runs.start(LOCAL, run, elsewhere.connection, session_id="s")
    assert eventually(lambda: not here.engine.deck_runs.is_ending(LOCAL, run.id))
    gate.open()
    assert eventually(lambda: bool(gateway.asked("Two")))
    runs.stop(LOCAL, run.id)
    assert eventually(lambda: not here.engine.deck_runs.is_running(LOCAL, run.id))
    assert eventually(lambda: not runs.is_running(LOCAL, run.id))
    assert not gateway.asked("Three")


def test_a_run_goes_on_when_its_process_leaves(pair: tuple[Chat, Chat], gateway: ScriptedGateway) -> None:
    (leaving, staying), gate = pair, Gate()
    gateway.when("One", stream("1", hold=gate))
    for prompt, text in (("Two", "2"), ("Three", "3")):
        gateway.when(prompt, stream(text))
    run = a_run(leaving, "One", "Two", "Three")
    leaving.engine.deck_runs.start(LOCAL, run, leaving.connection, session_id="s")
    assert gate.reached.wait(PATIENCE)
    leaving.engine.drain(PATIENCE, lambda: None)
    gate.open()
    assert eventually(lambda: answers(staying, run) == ["1", "2", "3"])
    assert eventually(lambda: not staying.engine.deck_runs.is_running(LOCAL, run.id))
    assert [len(gateway.asked(prompt)) for prompt in ("One", "Two", "Three")] == [1, 1, 1]
    assert staying.store.series.all() == []


def test_a_run_with_a_key_of_its_visitors_own_pauses_when_its_process_leaves(
    pair: tuple[Chat, Chat], gateway: ScriptedGateway
) -> None:
    (leaving, staying), gate = pair, Gate()
    gateway.when("One", stream("1", hold=gate))
    run, own = (
        a_run(leaving, "One", "Two"),
        replace(leaving.connection, api_key=Secret("sk-own-0123456789ab")),
    )
    leaving.engine.deck_runs.start(LOCAL, run, own, session_id="s")
    assert gate.reached.wait(PATIENCE)
    leaving.engine.drain(PATIENCE, lambda: None)
    gate.open()
    assert eventually(lambda: staying.store.series.all() == [])
    assert not gateway.asked("Two")
    assert not staying.engine.deck_runs.is_running(LOCAL, run.id)


def test_repeats_are_stopped_from_another_process_and_go_on_there_when_theirs_dies(
    pair: tuple[Chat, Chat], gateway: ScriptedGateway
) -> None:
    here, elsewhere = pair
    gateway.when("Again and again", stream("Again"))
    first = here.ask("Again and again")
    gateway.when("Again and again", stream("Half", then_silence=True))
    conversation = here.conversation
    asked = Repeated(conversation.messages[first.reply_id].parent_id, 2, new_id())
    here.engine.repeats.ask(LOCAL, conversation, asked, here.connection, session_id="s")
    assert eventually(lambda: elsewhere.engine.repeats.latest(LOCAL, conversation.id) is not None)
    assert elsewhere.engine.repeats.is_running(LOCAL, conversation.id)
    # It dies: no beat, no write, and nobody hears it any more.
    here.engine._watchdog._ending.set()  # type: ignore[union-attr]
    gateway.when("Again and again", stream("Again"))
    assert eventually(lambda: not elsewhere.store.replies.running() and not elsewhere.store.series.all())
    found = elsewhere.store.of(LOCAL).conversations.get(conversation.id)
    assert found is not None
    states = [each.reply.state for each in found.messages.values() if each.reply]
    assert states == [State.COMPLETED, State.INTERRUPTED, State.COMPLETED]
