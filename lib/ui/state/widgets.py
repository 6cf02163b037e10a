"""The values of a tab's widgets and pages: the only access to `st.session_state`.

Each access has a side effect in Streamlit: a script whose page has been closed, or that a click has replaced,
ends there (`still_here`). So a callback that must not be cut in two reads first and acts afterwards.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

Held = TypeVar("Held")


def value(key: str) -> Any:
    """Return a widget's value in its own type; `None` if it is not drawn or empty."""
    return st.session_state.get(key)


def text(key: str) -> str:
    """Return the text of a field or a menu; empty if there is none."""
    return str(st.session_state.get(key) or "")


def put(key: str, held: object) -> None:
    """Set a widget's value; only before it is drawn, or in a callback."""
    st.session_state[key] = held


def take(key: str) -> Any:
    """Remove a value and return it; `None` if there is none."""
    return st.session_state.pop(key, None)


def hold(key: str, kind: type[Held], make: Callable[[], Held]) -> Held:
    """Return the tab's value of this type; make it if there is none."""
    held = st.session_state.get(key)
    # Reloaded modules, as in development, have new classes: a value of an old class is made again.
    if not isinstance(held, kind):
        held = st.session_state[key] = make()
    return held


def still_here() -> None:
    """Let Streamlit end this script if its page has been closed or another run has replaced it."""
    st.session_state.get("any key")
