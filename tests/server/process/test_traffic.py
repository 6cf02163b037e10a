"""What a reply costs on the websocket."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import pytest

from lib.app import DATABASE
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.people.people import LOCAL
from lib.engine.sending import new_id
from lib.store import Store
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.scripted_gateway import ScriptedGateway, stream

TOKENS = 500
BYTES_PER_TOKEN = 65
CHATS = 28
"""With the two of the test, thirty."""
BYTES_AROUND = 20_000
"""For a question with a short answer: the page is drawn twice, with a list of up to 30 chats beside it."""
PARAGRAPH = (
    "Streaming keeps a reader with the text: what has been said is there to read while the rest is still "
    "on its way, and whoever has read enough can stop it, which saves the tokens that nobody wanted. "
    "That is why every word should be drawn soon, and why drawing it should cost little."
)


@pytest.fixture
def site(upstream: ScriptedGateway, tmp_path: Path) -> Iterator[AppServer]:
    """An app of its own with so many chats: in that of all tests there are as many as ran before."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    with closing(Store(data_dir / DATABASE)) as store:
        assert store.of(LOCAL).conversations.take(map(a_chat, range(CHATS))) == CHATS
    with AppServer(data_dir, upstream.base_url, KKIAI_API_KEY="sk-planted") as running:
        yield running


def a_chat(number: int) -> Conversation:
    """A chat with a question."""
    now, title = datetime.now(UTC), f"What was asked {number} times"
    asked = Message(new_id(), None, "user", title, now)
    return Conversation(new_id(), title, now, now, leaf_id=asked.id, messages={asked.id: asked})


def prose(tokens: int) -> list[str]:
    """A reply of paragraphs, as models write them, a word a token."""
    first, *rest = PARAGRAPH.split(" ")
    return list(islice(cycle([f"\n\n{first}", *(f" {word}" for word in rest)]), tokens))


def bytes_for(tab: PageSocket, question: str) -> int:
    """Ask; returns what the page received until it was at rest again."""
    tab.wait_until_idle()
    before = tab.bytes_received
    tab.ask(question)
    tab.wait_until_idle()
    return tab.bytes_received - before


def test_a_token_costs_few_bytes_and_so_does_what_is_drawn_anew_for_each_question(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    upstream.when("Write a word", stream(*prose(1)))
    upstream.when("Write a page", stream(*prose(TOKENS), delay=0.01))
    around = bytes_for(tab, "Write a word")
    assert around <= BYTES_AROUND
    tab.click("new_chat")
    per_token = (bytes_for(tab, "Write a page") - around) / TOKENS
    assert f"{TOKENS} tokens" in tab.footer
    assert per_token <= BYTES_PER_TOKEN, f"{per_token:.0f} bytes a token"
