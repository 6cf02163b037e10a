"""What the widgets of a tab hold, and the values of its pages: the one way to `st.session_state`.

Reading it has a second meaning in Streamlit: a script whose page has gone, or that a click has replaced, ends
at the next look (`still_here`). So a callback that must not be cut in two reads first and acts afterwards.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

Held = TypeVar("Held")


def value(key: str) -> Any:
    """What a widget holds, in the type that it has; `None` where it is not drawn or holds nothing."""
    return st.session_state.get(key)


def text(key: str) -> str:
    """What was written into a field, or chosen in a menu; empty where there is nothing."""
    return str(st.session_state.get(key) or "")


def put(key: str, held: object) -> None:
    """Let a widget hold this; only before it is drawn, or in a callback."""
    st.session_state[key] = held


def take(key: str) -> Any:
    """What was put there, which is gone then; `None` where there is nothing."""
    return st.session_state.pop(key, None)


def hold(key: str, kind: type[Held], make: Callable[[], Held]) -> Held:
    """The tab's value of this type, made where there is none."""
    held = st.session_state.get(key)
    # Modules that are loaded anew, as while the app is developed, have new classes: a value
    # of the old one is made again.
    if not isinstance(held, kind):
        held = st.session_state[key] = make()
    return held


def still_here() -> None:
    """Let Streamlit end this script if its page has gone, or another run has taken its place."""
    st.session_state.get("any key")
