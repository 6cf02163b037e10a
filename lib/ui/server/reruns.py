"""When a tab's page runs again: a fragment after the run before, and any page when the server has news."""

from collections import deque
from collections.abc import Callable
from functools import wraps
from weakref import WeakKeyDictionary

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.scriptrunner_utils.script_run_context_attr import SCRIPT_RUN_CONTEXT_ATTR_NAME

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


def draw_all() -> None:
    """Run the page of each connected tab again. For the server's loop only.

    Private names of Streamlit 1.67: it has no public way to rerun sessions from outside.
    """
    for active in Runtime.instance()._session_mgr.list_active_sessions():
        if active.session._scriptrunner:
            _draw_running(active.session, active.session._scriptrunner)
        elif active.session._client_state.page_script_hash:  # it has run before
            active.session.request_rerun(active.session._client_state)


def _draw_running(session: AppSession, runner: ScriptRunner) -> None:
    """Let a run begin anew that may last as long as an answer, and may have led to another chat.

    Its own address counts, and what the widgets hold by now. It is asked itself: Streamlit would give it up,
    and with it a click in a fragment that waits for its end.
    """
    context: ScriptRunContext | None = getattr(runner._script_thread, SCRIPT_RUN_CONTEXT_ATTR_NAME, None)
    # What is about to begin shows the news by itself, and has no address yet: it would lead to an empty chat.
    if not context or not context._has_script_started:
        return
    again = RerunData(
        query_string=context.query_string,
        page_script_hash=context.page_script_hash,
        widget_states=WidgetStates(widgets=session.session_state.get_widget_states()),
        context_info=session._client_state.context_info,
    )
    if not runner.request_rerun(again):  # it has just ended
        session._create_scriptrunner(again)
