"""When a tab's page runs again: a fragment after the run before, and any page when the server has news."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from weakref import WeakKeyDictionary

from streamlit import config
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.scriptrunner_utils.script_run_context_attr import SCRIPT_RUN_CONTEXT_ATTR_NAME

SOON = 0.001
"""After so many seconds the end of the run before is looked for again."""
FAST = "runner.fastReruns"
"""Streamlit's option to give a run up for the next one."""
Ask = Callable[[AppSession, ClientState | None], None]
Create = Callable[[AppSession, RerunData], None]

_waiting = WeakKeyDictionary[AppSession, list[Callable[[], None]]]()
"""What each session was asked for while the end of its last run is on its way. Only its loop uses it."""


def _in_turn(ask: Ask) -> Ask:
    @wraps(ask)
    def asked(self: AppSession, state: ClientState | None) -> None:
        if self in _waiting:
            _waiting[self].append(partial(asked, self, state))  # what was clicked later is done later
        elif self._scriptrunner and _has_more_to_take_in(self._scriptrunner):
            with _joining():
                ask(self, state)
        else:
            ask(self, state)

    return asked


def _has_more_to_take_in(runner: ScriptRunner) -> bool:
    """Whether a run has clicks whose callbacks have not all been called, or is to run again."""
    return runner._requests._state is ScriptRequestType.RERUN or not _begun(runner)


def _begun(runner: ScriptRunner) -> ScriptRunContext | None:
    """Return the context of a run that has called the callbacks of its clicks; before, it has no address."""
    context: ScriptRunContext | None = getattr(runner._script_thread, SCRIPT_RUN_CONTEXT_ATTR_NAME, None)
    return context if context and context._has_script_started else None


@contextmanager
def _joining() -> Iterator[None]:
    """Have Streamlit join a request with one that no run has taken in yet, instead of giving that one up."""
    is_fast = config.get_option(FAST)
    config.set_option(FAST, False)
    try:
        yield
    finally:
        config.set_option(FAST, is_fast)


def _after_the_end(create: Create) -> Create:
    def go_on(session: AppSession) -> None:
        if session._scriptrunner:
            session._event_loop.call_later(SOON, go_on, session)
            return
        waiting = _waiting.pop(session)
        if session._state is not AppSessionState.SHUTDOWN_REQUESTED:  # its tab is still there
            for go in waiting:
                go()

    @wraps(create)
    def created(self: AppSession, asked: RerunData) -> None:
        if self._scriptrunner is None:
            create(self, asked)
        else:  # it has ended and refused, and its last messages are on their way
            _waiting[self] = [partial(create, self, asked)]
            go_on(self)

    return created


def install() -> None:
    """Make Streamlit's sessions wait for that, and lose no request that no run has taken in.

    A run that has ended hears of no request any more. Streamlit begins another one then, and drops whatever
    messages of the first it has not yet sent: parts of a page were missing, or old ones stayed. And it gives
    up what was asked for, the clicks included, if the page is asked for again before that has begun. It has
    no option for either.
    """
    for name, wrap in (("request_rerun", _in_turn), ("_create_scriptrunner", _after_the_end)):
        method = getattr(AppSession, name)
        if not hasattr(method, "__wrapped__"):
            setattr(AppSession, name, wrap(method))


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
    context = _begun(runner)
    if not context:
        return  # what is about to begin shows the news by itself
    again = RerunData(
        query_string=context.query_string,
        page_script_hash=context.page_script_hash,
        widget_states=WidgetStates(widgets=session.session_state.get_widget_states()),
        context_info=session._client_state.context_info,
    )
    if not runner.request_rerun(again):  # it has just ended
        session._create_scriptrunner(again)
