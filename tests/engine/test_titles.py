"""Titles written by the model: a call that costs, so it is off unless wanted, and never hidden."""

from collections.abc import Iterator

import pytest

from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from lib.domain.reply.usage import Source
from lib.engine.engine import Engine
from lib.engine.titles import INSTRUCTION
from lib.gateway.client import Gateway
from lib.store import Store
from tests.engine.conftest import Chat, settle
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import Gate, ScriptedGateway, error, stream

QUESTION = "How hot should the water be?"


@pytest.fixture
def titled(gateway: ScriptedGateway, store: Store, connection: Connection) -> Iterator[Chat]:
    """A conversation of an engine that asks for titles."""
    engine = Engine(Gateway(), store, has_auto_titles=True)
    yield Chat(engine, store, connection)
    engine.stop()
    settle(gateway)


def title(chat: Chat) -> str:
    """The title that the store has."""
    found = chat.store.of(LOCAL).conversations.get(chat.conversation.id)
    assert found
    return found.title


def purposes(chat: Chat) -> list[str]:
    """What the conversation's calls were for."""
    return [row.purpose for row in chat.store.of(LOCAL).ledger.of_conversation(chat.conversation.id)]


def show_that_titles_are_written(chat: Chat, gateway: ScriptedGateway) -> None:
    """Have another conversation titled: whatever was under way before has had its time then."""
    other = chat.beside()
    gateway.enqueue(stream("Yes."), stream("Another title"))
    other.ask("Anything else?")
    assert eventually(lambda: title(other) == "Another title")


def test_without_being_wanted_no_title_is_asked_for(chat: Chat, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("80 °C."))
    chat.ask(QUESTION)
    chat.beside().ask("Anything else?")  # what the first reply set off has had its time then
    assert [request.prompt for request in gateway.requests] == [QUESTION, "Anything else?"]
    assert title(chat) == QUESTION
    assert purposes(chat) == ["reply"]


def test_the_first_exchange_gets_a_title_from_one_call_that_is_booked(
    titled: Chat, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("80 °C."), stream('**"Water for tea"**'), stream("176 °F."))
    titled.ask(QUESTION)
    assert eventually(lambda: title(titled) == "Water for tea")
    titled.ask("And in Fahrenheit?")
    show_that_titles_are_written(titled, gateway)
    assert len(gateway.requests) == 3 + 2
    asked = gateway.requests[1].body
    assert asked["messages"][0] == {"role": "system", "content": INSTRUCTION}
    assert QUESTION in asked["messages"][1]["content"]
    assert "80 °C." in asked["messages"][1]["content"]
    assert (asked["model"], asked.get("stream", False)) == ("model-a", False)
    reply, booked, _second = titled.store.of(LOCAL).ledger.of_conversation(titled.conversation.id)
    assert (reply.purpose, booked.purpose) == ("reply", "title")
    assert (booked.usage.source, booked.session_id) == (Source.REPORTED, titled.session_id)
    assert booked.usage.completion_tokens == 3


def test_a_persons_own_title_is_not_overwritten(titled: Chat, gateway: ScriptedGateway) -> None:
    gate = Gate()
    gateway.enqueue(stream("80 °C."), stream("Water for tea", hold=gate))
    titled.ask(QUESTION)
    assert gate.reached.wait(PATIENCE)
    titled.store.of(LOCAL).conversations.rename(titled.conversation.id, "My tea")
    gate.open()
    assert eventually(lambda: purposes(titled) == ["reply", "title"])
    show_that_titles_are_written(titled, gateway)
    assert title(titled) == "My tea"


def test_another_answer_to_the_first_question_costs_no_second_title(
    titled: Chat, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("80 °C."), stream("Water for tea"), stream("85 °C."))
    first = titled.ask(QUESTION)
    assert eventually(lambda: title(titled) == "Water for tea")
    second = titled.regenerate(first)
    assert second
    assert second.wait_closed(PATIENCE)
    titled.flush()
    show_that_titles_are_written(titled, gateway)
    assert len(gateway.requests) == 3 + 2
    assert title(titled) == "Water for tea"


def test_a_title_that_fails_is_booked_and_leaves_the_first_words(
    titled: Chat, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("80 °C."), error(400, {"error": {"message": "No."}}))
    titled.ask(QUESTION)
    assert eventually(lambda: purposes(titled) == ["reply", "title"])
    show_that_titles_are_written(titled, gateway)
    assert title(titled) == QUESTION
    booked = titled.store.of(LOCAL).ledger.of_conversation(titled.conversation.id)[1]
    assert booked.state is State.FAILED


def test_a_temporary_chat_and_a_reply_that_failed_get_no_title(
    titled: Chat, gateway: ScriptedGateway
) -> None:
    temporary = titled.beside()
    temporary.conversation.is_temporary = True
    gateway.enqueue(stream("80 °C."), stream("80", hang_up=True))
    temporary.ask(QUESTION)
    titled.ask(QUESTION)
    show_that_titles_are_written(titled, gateway)
    assert len(gateway.requests) == 2 + 2
    assert title(titled) == QUESTION
