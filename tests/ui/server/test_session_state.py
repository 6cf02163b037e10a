"""Two runs of one tab overlap: the old one ends while the new one begins."""

import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from streamlit.elements.widgets.chat import ChatInputSerde
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime import state as streamlit_state
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.runtime.state.common import WidgetMetadata

from lib.ui.server import session_state

ROUNDS = 500
SENDS = 100


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> Iterator[SessionState]:
    """The state of a tab of our server, where threads change places as often as Python lets them."""
    monkeypatch.setattr(streamlit_state, "SessionState", streamlit_state.SessionState)  # put back afterwards
    session_state.install()
    often, interval = 1e-6, sys.getswitchinterval()
    sys.setswitchinterval(often)
    yield streamlit_state.SessionState()
    sys.setswitchinterval(interval)


def together(*works: Callable[[SafeSessionState], None], tab: SessionState) -> list[BaseException]:
    """Do all the works at once, each in a run of its own; return what they raised."""
    raised: list[BaseException] = []

    def run(work: Callable[[SafeSessionState], None]) -> None:
        ThreadState.initialize()
        try:
            work(SafeSessionState(tab, lambda: None))
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_a_run_that_begins_while_another_ends_breaks_neither_and_loses_nothing(tab: SessionState) -> None:
    is_over = threading.Event()

    def end(state: SafeSessionState) -> None:
        while not is_over.is_set():
            state.on_script_finished(frozenset())

    def begin(state: SafeSessionState) -> None:
        try:
            for at in range(ROUNDS):
                state[f"key {at}"] = at
                state.on_script_will_rerun(None)
        finally:
            is_over.set()

    assert together(end, begin, tab=tab) == []
    assert [at for at in range(ROUNDS) if tab[f"key {at}"] != at] == []


def test_what_the_old_run_still_writes_is_kept(tab: SessionState) -> None:
    def write(state: SafeSessionState) -> None:
        for at in range(ROUNDS):
            state[f"key {at}"] = at

    def begin(state: SafeSessionState) -> None:
        for _ in range(ROUNDS):
            state.on_script_will_rerun(None)

    assert together(write, begin, tab=tab) == []
    assert [at for at in range(ROUNDS) if f"key {at}" not in tab] == []


def test_sends_that_come_at_once_are_each_taken_as_they_are(tab: SessionState) -> None:
    taken: list[str] = []
    serde = ChatInputSerde(accept_files=True, accept_audio=False)
    box = WidgetMetadata(
        "box",
        serde.deserialize,
        serde.serialize,
        value_type="chat_input_value",
        callback=lambda: taken.append(tab["box"].text),
    )
    tab.register_widget(box, None)

    def sends(name: str) -> Callable[[SafeSessionState], None]:
        def send(state: SafeSessionState) -> None:
            for at in range(SENDS):
                sent = WidgetState(id="box")
                sent.chat_input_value.data = f"{name} {at}"
                state.on_script_will_rerun(WidgetStates(widgets=[sent]))
                state.on_script_finished(frozenset({"box"}))

        return send

    assert together(sends("One"), sends("Two"), tab=tab) == []
    assert sorted(taken) == sorted(f"{name} {at}" for name in ("One", "Two") for at in range(SENDS))
