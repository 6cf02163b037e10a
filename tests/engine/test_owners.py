"""What one person runs is for another as if it did not run: every method of the engine."""

import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from lib.domain.comparison import deck_runs, decks
from lib.domain.comparison.decks import Prompt
from lib.domain.models.connection import Connection
from lib.domain.people.audit import COMMAND_LINE
from lib.domain.people.people import LOCAL, Person, Role
from lib.engine.engine import Engine
from lib.engine.sending import SendRefused, new_id
from lib.store import Store
from tests.engine.conftest import Chat, draft, wait_for_text
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import Gate, ScriptedGateway, stream

OTHER = "2" * 32
CONNECTION = Connection("http://127.0.0.1:9/v1", None)
INSTALLATION = {
    "all_unstored",
    "announce_stop",
    "drain",
    "flush",
    "observe",
    "player",
    "refuses_images",
    "stop",
    "doctor.stop",
    "repeats.wait",
    "deck_runs.hear",
    "deck_runs.take_up",
    "repeats.hear",
    "repeats.take_up",
    "synchronized.follow",
    "synchronized.join",
    "synchronized.tape",
}
"""What names nothing of anybody, or is called by the engine and the server alone."""
Call = Callable[[Engine, str, "Names"], Any]


@pytest.fixture(autouse=True)
def _other(store: Store) -> None:
    store.people.add(Person(OTHER, "password", "two", "", "two", Role.MEMBER, datetime.now(UTC)))


class Names:
    """The ids of what somebody runs, by default of nothing."""

    reply = conversation = run = send = "0" * 32


CALLS: dict[str, Call] = {
    "follow": lambda engine, who, of: engine.follow(who, of.reply),
    "cancel": lambda engine, who, of: engine.cancel(who, of.reply),
    "cancel_all": lambda engine, who, _: engine.cancel_all(who),
    "has_begun": lambda engine, who, of: engine.has_begun(who, [of.send]),
    "check_limits": lambda engine, who, _: engine.check_limits(who, 1),
    "running": lambda engine, who, of: engine.running(who, of.conversation),
    "running_anywhere": lambda engine, who, of: engine.running_anywhere(who, of.conversation),
    "is_behind": lambda engine, who, of: engine.is_behind(who, of.conversation),
    "unstored": lambda engine, who, _: engine.unstored(who),
    "repeats.is_running": lambda engine, who, of: engine.repeats.is_running(who, of.conversation),
    "repeats.latest": lambda engine, who, of: engine.repeats.latest(who, of.conversation),
    "repeats.stop": lambda engine, who, of: engine.repeats.stop(who, of.conversation),
    "repeats.stop_all": lambda engine, who, _: engine.repeats.stop_all(who),
    "repeats.lose": lambda engine, who, of: engine.repeats.lose(who, of.conversation),
    "synchronized.hurry": lambda engine, who, of: engine.synchronized.hurry(who, of.conversation),
    "deck_runs.is_running": lambda engine, who, of: engine.deck_runs.is_running(who, of.run),
    "deck_runs.is_ending": lambda engine, who, of: engine.deck_runs.is_ending(who, of.run),
    "deck_runs.problem": lambda engine, who, of: engine.deck_runs.problem(who, of.run),
    "deck_runs.pause": lambda engine, who, of: engine.deck_runs.pause(who, of.run),
    "deck_runs.stop": lambda engine, who, of: engine.deck_runs.stop(who, of.run),
    "deck_runs.lose": lambda engine, who, of: engine.deck_runs.lose(who, of.run),
    "deck_runs.stop_all": lambda engine, who, _: engine.deck_runs.stop_all(who),
    "is_replaced": lambda engine, who, of: engine.is_replaced(who, of.reply),
    "doctor.last": lambda engine, who, _: engine.doctor.last(who, CONNECTION),
}
"""Each method that names what runs."""
BEGINS = {
    *("say", "regenerate", "continue_", "transcribe", "synchronized.together", "doctor.examine"),
    *("repeats.start", "repeats.ask", "deck_runs.start", "deck_runs.retry"),
}
"""Each method that begins something of one's own."""


def methods(owner: object, prefix: str = "") -> dict[str, list[str]]:
    """The public methods of an object, with the names of their parameters."""
    return {
        prefix + name: list(inspect.signature(method).parameters)
        for name, method in inspect.getmembers(owner, inspect.ismethod)
        if not name.startswith("_")
    }


def test_every_method_says_first_who_asks(chat: Chat) -> None:
    engine = chat.engine
    known = methods(engine)
    for part in ("repeats", "deck_runs", "synchronized", "doctor"):
        known |= methods(getattr(engine, part), f"{part}.")
    assert set(known) == {*CALLS, *BEGINS, *INSTALLATION}
    assert {name for name, parameters in known.items() if parameters[:1] == ["person_id"]} == {
        *CALLS,
        *BEGINS,
    }


@pytest.fixture
def names(chat: Chat, gateway: ScriptedGateway) -> Iterator[Names]:
    """A reply, a series and a deck run of `LOCAL`, all of them running."""
    of, gate, engine = Names(), Gate(), chat.engine
    for prompt in ("Why?", "Deck"):
        gateway.when(prompt, stream("one ", "two", hold=gate, hold_after=1))
    of.send = new_id()
    tape = chat.try_send("Why?", of.send)
    assert tape
    wait_for_text(tape, "one ")
    engine.repeats.start(LOCAL, chat.conversation.id, 1, lambda _: None, after=tape.reply_id)
    deck = decks.new(new_id(), [Prompt(new_id(), "Deck")])
    run, rows = deck_runs.of(new_id(), deck, [draft()], now=datetime.now(UTC), new_id=new_id)
    chat.store.of(LOCAL).deck_runs.add(run, rows)
    engine.deck_runs.start(LOCAL, run, chat.connection, session_id="s")
    engine.doctor.examine(LOCAL, CONNECTION)
    of.reply, of.conversation, of.run = tape.reply_id, chat.conversation.id, run.id
    yield of
    gate.open()


@pytest.mark.parametrize("name", CALLS)
def test_what_somebody_else_runs_is_as_if_it_did_not(name: str, chat: Chat, names: Names) -> None:
    engine, call = chat.engine, CALLS[name]
    assert call(engine, OTHER, names) == call(engine, OTHER, Names())
    assert engine.running(LOCAL, names.conversation) == [names.reply]
    assert engine.repeats.is_running(LOCAL, names.conversation)
    assert engine.deck_runs.is_running(LOCAL, names.run)
    assert not engine.deck_runs.is_ending(LOCAL, names.run)


def test_whose_it_is_finds_it(chat: Chat, names: Names) -> None:
    tape = chat.engine.follow(LOCAL, names.reply)
    assert tape and tape.person_id == LOCAL
    assert chat.engine.doctor.last(LOCAL, CONNECTION)
    assert chat.engine.has_begun(LOCAL, [names.send])
    chat.engine.cancel(LOCAL, names.reply)
    assert tape.wait_closed(PATIENCE)
    assert eventually(lambda: not chat.engine.repeats.is_running(LOCAL, names.conversation))


def test_all_that_runs_for_somebody_can_be_stopped_at_once(chat: Chat, names: Names) -> None:
    engine, tape = chat.engine, chat.engine.follow(LOCAL, names.reply)
    engine.cancel_all(LOCAL)
    assert tape and tape.wait_closed(PATIENCE)
    assert eventually(lambda: not engine.repeats.is_running(LOCAL, names.conversation))
    assert eventually(lambda: not engine.deck_runs.is_running(LOCAL, names.run))


def test_another_process_shows_a_reply_to_its_owner_only(chat: Chat, second: Engine, names: Names) -> None:
    chat.flush()
    assert second.follow(OTHER, names.reply) is None
    assert second.follow(LOCAL, names.reply) is not None
    assert second.follow(OTHER, names.reply) is None


def test_a_chat_that_has_gone_to_somebody_else_takes_no_more_and_troubles_nobody(
    chat: Chat, store: Store, engine: Engine
) -> None:
    chat.ask("Mine")
    store.ownership.hand_over(LOCAL, OTHER, COMMAND_LINE)
    with pytest.raises(SendRefused, match="belongs to somebody else now"):
        chat.send("Still mine?")
    assert engine.problem is None
    [summary] = store.of(OTHER).conversations.latest(5)
    theirs = store.of(OTHER).conversations.get(summary.id)
    assert theirs
    assert next(message.content for message in theirs.path()) == "Mine"
    assert len(theirs.messages) == 2
    assert store.of(LOCAL).conversations.latest(5) == []
