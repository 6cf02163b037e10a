"""Two processes over one database that do the same at the same moment: it happens once."""

import threading
from collections.abc import Callable, Iterator

import pytest

from lib.domain.conversation.conversations import Conversation
from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.engine.sending import Accepted, SendRefused, new_id
from tests.engine.conftest import QUICK, Chat, draft, process
from tests.patience import PATIENCE
from tests.postgres import Server
from tests.scripted_gateway import Gate, ScriptedGateway, stream
from tests.store.fresh import made_in

ROUNDS = 100
Outcome = Accepted | SendRefused | None


@pytest.fixture
def tabs(postgres: Server, connection: Connection) -> Iterator[tuple[Chat, Chat]]:
    """Two tabs, each on a process of its own."""
    database = made_in(postgres)
    with process(database) as (one, store), process(database) as (other, same):
        yield Chat(one, store, connection), Chat(other, same, connection)


def at_once(*steps: Callable[[], Accepted | None]) -> list[Outcome]:
    """What each step returned or was refused with."""
    start, ended = threading.Barrier(len(steps)), dict[int, Outcome]()

    def run(at: int) -> None:
        start.wait(PATIENCE)
        try:
            ended[at] = steps[at]()
        except SendRefused as refused:
            ended[at] = refused

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return [ended[at] for at in range(len(steps))]


def say(tab: Chat, conversation: Conversation, send_id: str) -> Callable[[], Accepted | None]:
    """A send of one of the tabs, each of which has read the conversation for itself."""
    shown = tab.store.of(LOCAL).conversations.get(conversation.id) or conversation
    return lambda: tab.engine.say(
        LOCAL,
        shown,
        QUICK,
        parent_id=shown.leaf_id,
        connection=tab.connection,
        send_id=send_id,
        session_id=tab.session_id,
    )


def ended(tabs: tuple[Chat, Chat], outcomes: list[Outcome]) -> list[Accepted]:
    """The accepted sends, once their replies are stored."""
    accepted = [each for each in outcomes if isinstance(each, Accepted)]
    for each in accepted:
        assert each.tape.wait_closed(PATIENCE)
    for tab in tabs:
        tab.flush()
    return accepted


def test_one_message_that_two_tabs_send_is_asked_once(
    tabs: tuple[Chat, Chat], gateway: ScriptedGateway
) -> None:
    conversation = draft()
    for number in range(1, ROUNDS + 1):
        send_id = new_id()
        outcomes = at_once(*(say(tab, conversation, send_id) for tab in tabs))
        assert len(ended(tabs, outcomes)) == 1
        assert outcomes.count(None) == 1
        assert len(gateway.chats) == number
    found = tabs[0].store.of(LOCAL).conversations.get(conversation.id)
    assert found is not None
    assert len(found.path()) == 2 * ROUNDS


def test_of_two_messages_in_one_chat_one_is_answered_and_the_other_refused(
    tabs: tuple[Chat, Chat], gateway: ScriptedGateway
) -> None:
    conversation = draft()
    for number in range(1, 11):
        gate = Gate()
        gateway.enqueue(stream("one ", "two", hold=gate, hold_after=1))
        outcomes = at_once(*(say(tab, conversation, new_id()) for tab in tabs))
        [refused] = [each for each in outcomes if isinstance(each, SendRefused)]
        gate.open()
        assert str(refused) == "A reply is still running. Stop it, or wait for its end."
        assert len(ended(tabs, outcomes)) == 1
        assert len(gateway.chats) == number
