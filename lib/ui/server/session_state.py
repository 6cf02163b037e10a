"""A tab's `st.session_state`, whole also while two runs of its page overlap."""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from streamlit.runtime import state
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

CHANGING = (
    "__setitem__",
    "__delitem__",
    "clear",
    "register_widget",
    "set_widgets_from_proto",
    "_compact_state",
    "_remove_stale_widgets",
    "_reset_triggers",
)
"""The methods of Streamlit's class that change its dictionaries, or walk through them to do so."""
TURNS = ("on_script_will_rerun", "on_script_finished")
"""Those that put a run's clicks in, call their callbacks, and take the clicks out."""


class LockedSessionState(SessionState):
    """Lets one thread at a time change a tab's state.

    A click starts a new run while the old one ends in its own thread, and Streamlit's lock belongs to a run,
    not to the state. Without this one, a run that walks through the dictionaries breaks off when the other
    adds a key, and a value written meanwhile may be lost.
    """

    def __init__(self) -> None:
        # Reentrant: these methods call one another. None of them calls a callback of ours, so nothing that
        # holds this lock waits for anything else.
        self.lock = threading.RLock()
        # This one is held while callbacks run. Without it the clicks of two runs would mix: a send would be
        # lost, or be compared with the one before, which Streamlit cannot do for a box without a microphone.
        self.turn = threading.RLock()
        super().__init__()


def _locked(method: Callable[..., Any], lock: str) -> Callable[..., Any]:
    @wraps(method)
    def locked(self: LockedSessionState, *args: Any, **kwargs: Any) -> Any:
        with getattr(self, lock):
            return method(self, *args, **kwargs)

    return locked


for _name in CHANGING:
    setattr(LockedSessionState, _name, _locked(getattr(SessionState, _name), "lock"))
for _name in TURNS:
    setattr(LockedSessionState, _name, _locked(getattr(SessionState, _name), "turn"))


_beginning = threading.local()


def _at_once(begin: Callable[..., None]) -> Callable[..., None]:
    @wraps(begin)
    def at_once(*args: Any, **kwargs: Any) -> None:
        _beginning.is_now = True
        try:
            begin(*args, **kwargs)
        finally:
            _beginning.is_now = False

    return at_once


def _unless_beginning(give_way: Callable[[ScriptRunner], None]) -> Callable[[ScriptRunner], None]:
    @wraps(give_way)
    def unless_beginning(self: ScriptRunner) -> None:
        if not getattr(_beginning, "is_now", False):
            give_way(self)

    return unless_beginning


def install() -> None:
    """Make Streamlit use this class. It has no option: it looks the class up there for each tab.

    And let a run that begins take its clicks in and call their callbacks: Streamlit gives it up for one that
    is asked for meanwhile, at the first access to the session state or the next command. The clicks that it
    had were lost then, or done half.
    """
    state.SessionState = LockedSessionState  # type: ignore[assignment, misc]
    for owner, name, wrap in (
        (SafeSessionState, "on_script_will_rerun", _at_once),
        (ScriptRunner, "_maybe_handle_execution_control_request", _unless_beginning),
    ):
        method = getattr(owner, name)
        if not hasattr(method, "__wrapped__"):
            setattr(owner, name, wrap(method))
