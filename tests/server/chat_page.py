"""The chat page in a person's words, and answers that wait for the test."""

from tests.page_socket import PageSocket
from tests.scripted_gateway import Gate, ScriptedGateway, stream

STILL_RUNNING = "A reply is still running."


def held(upstream: ScriptedGateway, prompt: str) -> Gate:
    """Let the answer to a prompt be "One two", and " three" when the gate is open."""
    gate = Gate()
    upstream.when(prompt, stream("One", " two", " three", hold=gate, hold_after=2))
    return gate


def ask_half(upstream: ScriptedGateway, tab: PageSocket, prompt: str) -> Gate:
    """Ask, and read "One two"; the gate that is returned holds back " three"."""
    gate = held(upstream, prompt)
    tab.ask(prompt)
    see_half(tab)
    return gate


def see_half(tab: PageSocket) -> None:
    tab.wait_for(lambda: tab.answer == "One two" and not tab.footer, "The first half")


def ask(tab: PageSocket, text: str) -> None:
    """Ask, and wait for the answer's end."""
    tab.wait_until_idle()
    tab.ask(text)
    tab.wait_until_idle()
    assert tab.footer
