"""Shows what a search has found: scrolls to the message and marks the words in it."""

from dataclasses import asdict
from pathlib import Path

from lib.ui.server.components import component
from lib.ui.state.session import Found

_found = component("found", Path(__file__).with_name("found.js"))


def show(found: Found | None) -> None:
    """Show it, once; as long as it is drawn, the words stay marked."""
    if found:
        _found(data=asdict(found), key="found")
