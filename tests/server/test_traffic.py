"""What a reply costs on the websocket."""

from itertools import cycle, islice

from tests.page_socket import PageSocket
from tests.scripted_gateway import ScriptedGateway, stream

TOKENS = 500
BYTES_PER_TOKEN = 80
PARAGRAPH = (
    "Streaming keeps a reader with the text: what has been said is there to read while the rest is still "
    "on its way, and whoever has read enough can stop it, which saves the tokens that nobody wanted. "
    "That is why every word should be drawn soon, and why drawing it should cost little."
)


def prose(tokens: int) -> list[str]:
    """A reply of paragraphs, as models write them, a word a token."""
    first, *rest = PARAGRAPH.split(" ")
    return list(islice(cycle([f"\n\n{first}", *(f" {word}" for word in rest)]), tokens))


def test_a_token_costs_few_bytes_redraw_included(upstream: ScriptedGateway, tab: PageSocket) -> None:
    upstream.when("Write a page", stream(*prose(TOKENS), delay=0.01))
    tab.wait_until_idle()
    before = tab.bytes_received
    tab.ask("Write a page")
    tab.wait_until_idle()
    assert f"{TOKENS} tokens" in tab.footer
    per_token = (tab.bytes_received - before) / TOKENS
    assert per_token <= BYTES_PER_TOKEN, f"{per_token:.0f} bytes a token"
