"""A fragment runs again only once the page has heard of the end of the run before."""

from collections import deque
from collections.abc import Callable
from functools import wraps
from weakref import WeakKeyDictionary

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

SOON = 0.001
"""After so many seconds the end of the run before is looked for again."""
Ask = Callable[[AppSession, ClientState | None], None]

_waiting = WeakKeyDictionary[AppSession, deque[ClientState | None]]()
"""What each session was asked for behind a fragment that waits, which comes first. Only its loop uses it."""


def _after_the_end(ask: Ask) -> Ask:
    def go_on(session: AppSession) -> None:
        if _is_ending(session):
            session._event_loop.call_later(SOON, go_on, session)
            return
        for state in _waiting.pop(session):
            ask(session, state)

    @wraps(ask)
    def asked(self: AppSession, state: ClientState | None) -> None:
        if self in _waiting:
            _waiting[self].append(state)  # what was clicked later is done later
        elif state and state.fragment_id and _is_ending(self):
            _waiting[self] = deque([state])
            go_on(self)
        else:
            ask(self, state)

    return asked


def _is_ending(session: AppSession) -> bool:
    """Whether a run was stopped, or has ended, of whose end the page has not heard.

    No fragment stops a run, but a request for the whole page does, and begins the next one at once.
    """
    runner = session._scriptrunner
    return runner is not None and runner._requests._state is ScriptRequestType.STOP


def install() -> None:
    """Make Streamlit's sessions wait for that; it has no option.

    A run that has ended hears of no request any more. Streamlit begins another one then, and drops whatever
    messages of the first it has not yet sent: parts of a page were missing, or old ones stayed.
    """
    if not hasattr(AppSession.request_rerun, "__wrapped__"):
        AppSession.request_rerun = _after_the_end(AppSession.request_rerun)  # type: ignore[assignment, method-assign]
