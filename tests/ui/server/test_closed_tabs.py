"""A closed tab may come back for a while; then its session ends, and holds nothing any more."""

import asyncio
from collections.abc import Iterator

import pytest
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from lib.ui.server import closed_tabs
from lib.ui.server.closed_tabs import ClosedTabs
from lib.ui.server.upload_storage import Uploads

SOON, LONG = 0.01, 60.0


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def left(uploads: Uploads) -> SessionInfo:
    """A session with an upload and something in its state, whose tab has just been closed."""
    session = AppSession(ScriptData("page.py", False), uploads, ScriptCache(), None, {})
    session.session_state["key"] = "sk-visitor"
    uploads.add_file(session.id, UploadedFileRec("f", "f.txt", "text/plain", b"Tea"))
    return SessionInfo(None, session)


def holds(uploads: Uploads, info: SessionInfo) -> tuple[bool, bool]:
    """Whether the session still has its upload, and its state."""
    return bool(uploads.get_files(info.session.id, ["f"])), "key" in info.session.session_state


def test_a_session_ends_when_its_time_is_up(loop: asyncio.AbstractEventLoop) -> None:
    uploads = Uploads("/upload")

    async def close() -> None:
        tabs, info = ClosedTabs(SOON), left(uploads)
        tabs.save(info)
        assert (tabs.get(info.session.id), tabs.list()) == (info, [info])
        assert holds(uploads, info) == (True, True)
        await asyncio.sleep(2 * SOON)  # behind its timer in the same loop
        assert (tabs.get(info.session.id), tabs.list()) == (None, [])
        assert holds(uploads, info) == (False, False)

    loop.run_until_complete(close())


def test_one_that_came_back_does_not_end(loop: asyncio.AbstractEventLoop) -> None:
    uploads = Uploads("/upload")

    async def come_back() -> None:
        tabs, info = ClosedTabs(SOON), left(uploads)
        tabs.save(info)
        tabs.delete(info.session.id)
        tabs.delete("never here")
        await asyncio.sleep(2 * SOON)
        assert holds(uploads, info) == (True, True)

    loop.run_until_complete(come_back())


def test_of_too_many_the_one_that_went_first_ends_early(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closed_tabs, "MOST_KEPT", 2)
    uploads = Uploads("/upload")

    async def close() -> None:
        tabs = ClosedTabs(LONG)
        infos = [left(uploads) for _ in range(3)]
        for info in infos:
            tabs.save(info)
        assert tabs.list() == infos[1:]
        assert [holds(uploads, info) for info in infos] == [(False, False), (True, True), (True, True)]

    loop.run_until_complete(close())
