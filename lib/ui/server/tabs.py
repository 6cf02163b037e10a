"""The tabs of signed-in people: nobody else gets at a tab's state, its uploads or its files."""

from contextlib import suppress

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.domain.people.identity import Identity
from lib.ui.server.media import OwnedFiles
from lib.web.sign_in.identity import TABS


def claim(identity: Identity) -> None:
    """Note that the tab of this script run belongs to this person and browser."""
    if context := get_script_run_ctx():
        TABS.claim(context.session_id, identity)


def count() -> int:
    """Return how many tabs are connected."""
    return len(runtime.get_instance()._session_mgr.list_active_sessions()) if runtime.exists() else 0


def owns_file(name: str, identity: Identity) -> bool:
    """Return whether the file of this name was put on a page of this person."""
    files = runtime.get_instance().media_file_mgr
    return isinstance(files, OwnedFiles) and files.belongs(name, identity)


def is_use(message: bytes) -> bool:
    """Return whether a page's message is something that somebody did: timers and heartbeats are not."""
    try:
        read = BackMsg.FromString(message)
    except DecodeError:
        return False
    kind = read.WhichOneof("type")
    if kind == "rerun_script":
        return not read.rerun_script.is_auto_rerun
    return kind not in (None, "app_heartbeat")


def say_farewell(identity: Identity) -> None:
    """Run the open pages of a browser whose sign-in has ended once more: they lead to the sign-in page.

    For the server's loop only.
    """
    TABS.end(identity)
    sessions = runtime.get_instance()._session_mgr
    for tab in TABS.of(identity):
        with suppress(RuntimeError):  # the session is ending
            if info := sessions.get_active_session_info(tab):
                info.session.request_rerun(None)
