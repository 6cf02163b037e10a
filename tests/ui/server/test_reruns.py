"""When a page runs again, in a real runtime of Streamlit's: no click is lost, and no address."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime, RuntimeConfig
from streamlit.runtime import state as streamlit_state
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_run_context_attr import SCRIPT_RUN_CONTEXT_ATTR_NAME
from streamlit.runtime.state import SafeSessionState

from lib.ui.server import reruns, session_state
from tests.page_tree import PageTree
from tests.patience import PATIENCE

TIMES = 20
CHANGED = (
    (streamlit_state, "SessionState"),
    (SafeSessionState, "on_script_will_rerun"),
    (ScriptRunner, "_maybe_handle_execution_control_request"),
    (AppSession, "request_rerun"),
    (AppSession, "_create_scriptrunner"),
)
"""What our server changes of Streamlit's."""
A_CHAT = "import streamlit as st; st.markdown(st.query_params.get('c', 'A new chat'))"
A_COUNT = """
import streamlit as st

def add():
    st.session_state.count = st.session_state.get("count", 0) + 1

st.button("Add", key="add", on_click=add)
st.markdown(st.session_state.get("count", 0))
"""
A_REPLY = """
import streamlit as st
from threading import Event

@st.fragment
def dialog():
    st.button("Keep", key="keep", on_click=lambda: st.session_state.update(is_kept=True))

dialog()
ends = st.session_state.setdefault("ends", Event())
st.markdown("Streams")
while not ends.wait(0.001):
    st.session_state.get("is_kept")  # here the run gives way, as at each new word
st.markdown("Kept" if "is_kept" in st.session_state else "Not kept")
"""


class Tab:
    """What a browser's tab hears of its page, and what it asks for."""

    client_context = None

    def __init__(self, runtime: Runtime) -> None:
        self.tree, self.has_ended = PageTree(), False
        self._heard = asyncio.Event()
        session = runtime.get_app_session(runtime.connect_session(self, {}))
        assert session
        self.session = session

    def write_forward_msg(self, message: ForwardMsg) -> None:
        self.tree.apply(message)
        if message.WhichOneof("type") == "script_finished":
            self.has_ended |= message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        self._heard.set()

    def ask(self, address: str = "", fragment: str = "", click: str = "") -> None:
        message = BackMsg()
        message.rerun_script.query_string, message.rerun_script.fragment_id = address, fragment
        if click:
            message.rerun_script.widget_states.widgets.add(id=click, trigger_value=True)
        self.session.handle_backmsg(message)

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._heard.clear()
                await self._heard.wait()


def serve(path: Path, script: str, use: Callable[[Runtime], Coroutine[None, None, None]]) -> None:
    """Do something with a runtime that serves this page."""
    path.write_text(script)
    storage = MemoryMediaFileStorage("/media")
    files = MemoryUploadedFileManager("/files")

    async def run() -> None:
        runtime = Runtime(RuntimeConfig(str(path), storage, files))
        await runtime.start()
        try:
            await use(runtime)
        finally:
            runtime.stop()
            await runtime.stopped

    try:
        asyncio.run(run())
    finally:
        Runtime._instance = None


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the page's script goes. Threads change places as often as Python lets them."""
    for owner, name in CHANGED:
        monkeypatch.setattr(owner, name, getattr(owner, name))  # put back afterwards
    session_state.install()
    reruns.install()
    often, interval = 1e-6, sys.getswitchinterval()
    sys.setswitchinterval(often)
    yield tmp_path / "page.py"
    sys.setswitchinterval(interval)


def test_a_chat_that_is_opened_meanwhile_is_the_one_that_is_shown(page: Path) -> None:
    async def open_often(runtime: Runtime) -> None:
        for _ in range(TIMES):
            tab = Tab(runtime)
            tab.ask("c=mine")
            assert tab.session._scriptrunner
            thread = tab.session._scriptrunner._script_thread
            while not hasattr(thread, SCRIPT_RUN_CONTEXT_ATTR_NAME):
                pass  # it is about to begin
            reruns.draw_all()
            await tab.wait_for(lambda: tab.has_ended)  # noqa: B023
            assert tab.tree.texts() == ["mine"]

    serve(page, A_CHAT, open_often)


@pytest.mark.parametrize("ask_again", [Tab.ask, lambda _: reruns.draw_all()], ids=["the browser", "news"])
def test_a_click_in_a_dialog_that_waits_for_the_page_is_done_whoever_asks_for_that_again(
    page: Path, ask_again: Callable[[Tab], None]
) -> None:
    async def click(runtime: Runtime) -> None:
        tab = Tab(runtime)
        tab.ask()
        await tab.wait_for(lambda: "Streams" in tab.tree.texts())
        [button] = tab.tree.nodes("button")
        tab.ask(fragment=button.fragment, click=button.proto.id)
        ask_again(tab)
        tab.session.session_state["ends"].set()
        await tab.wait_for(lambda: tab.has_ended)
        assert tab.tree.texts() == ["Streams", "Kept"]

    serve(page, A_REPLY, click)


def test_a_click_is_done_that_no_run_has_taken_in_when_the_page_is_asked_for_again(page: Path) -> None:
    async def click(runtime: Runtime) -> None:
        tab = Tab(runtime)
        tab.ask()
        await tab.wait_for(lambda: tab.has_ended)
        [button] = tab.tree.nodes("button")
        for number in range(TIMES):
            tab.ask(click=button.proto.id)
            tab.ask()
            await tab.wait_for(lambda: tab.tree.texts() == [str(number + 1)])  # noqa: B023

    serve(page, A_COUNT, click)


def test_what_waits_for_the_end_of_a_run_goes_with_its_tab(page: Path) -> None:
    async def leave(runtime: Runtime) -> None:
        tab = Tab(runtime)
        tab.ask()
        await tab.wait_for(lambda: "Streams" in tab.tree.texts())
        [button], runner = tab.tree.nodes("button"), tab.session._scriptrunner
        assert runner
        tab.session.session_state["ends"].set()
        assert runner._script_thread
        runner._script_thread.join(PATIENCE)  # nothing of its end is heard before this function waits
        tab.ask(fragment=button.fragment, click=button.proto.id)
        assert tab.session in reruns._waiting
        tab.session.shutdown()
        async with asyncio.timeout(PATIENCE):
            while tab.session in reruns._waiting:
                await asyncio.sleep(reruns.SOON)  # nothing tells of its end
        assert tab.session._scriptrunner is None

    serve(page, A_REPLY, leave)
