"""A fragment runs again only once the page has heard of the end of the run before."""

from collections.abc import Callable
from functools import wraps

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

SOON = 0.001
"""After so many seconds the end of the run before is looked for again."""


def _after_the_end(
    ask: Callable[[AppSession, ClientState | None], None],
) -> Callable[[AppSession, ClientState | None], None]:
    @wraps(ask)
    def asked(self: AppSession, state: ClientState | None) -> None:
        # No fragment stops a run: one that is stopped has ended, and the page has not heard of it yet.
        runner = self._scriptrunner
        is_ending = runner is not None and runner._requests._state is ScriptRequestType.STOP
        if is_ending and state and state.fragment_id:
            self._event_loop.call_later(SOON, asked, self, state)
        else:
            ask(self, state)

    return asked


def install() -> None:
    """Make Streamlit's sessions wait for that; it has no option.

    A run that has ended hears of no request any more. Streamlit begins another one then, and drops whatever
    messages of the first it has not yet sent: parts of a page were missing, or old ones stayed.
    """
    if not hasattr(AppSession.request_rerun, "__wrapped__"):
        AppSession.request_rerun = _after_the_end(AppSession.request_rerun)  # type: ignore[assignment, method-assign]
