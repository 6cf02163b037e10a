"""Uploaded files: in memory, until a page has taken them."""

from collections import Counter
from collections.abc import Iterable, Sequence

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import get_instance, memory_uploaded_file_manager
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from lib.files.refusal import refused
from lib.files.upload_validation import clean_name
from lib.i18n.translation import gettext as _
from lib.web.addresses import below
from lib.web.elsewhere import elsewhere

MEGABYTE = 1024**2
MOST_BYTES = 50 * MEGABYTE
"""The limit of a session; it is raised while its page expects an import."""
MOST_FILES = 200
"""Files that a session may hold, including empty ones; a person needs far fewer."""
NOT_KEPT = "application/x-not-kept"
"""The type that marks a file whose bytes were discarded on arrival."""
_PATH = "/_stcore/upload_file/"


class Uploads(MemoryUploadedFileManager):
    """Streamlit's uploads, which a message box removes as soon as a run of the page begins.

    If another run ended that one before it had read the files, they would be lost, and the message would be
    sent without them. Here they stay until they are released. Streamlit keeps everything uploaded while a
    page is open; here a session has a limit.
    """

    def __init__(self, upload_endpoint: str) -> None:
        super().__init__(upload_endpoint)
        self._taken_out: dict[str, dict[str, UploadedFileRec]] = {}
        self._expected: dict[str, int] = {}

    def get_files(self, session_id: str, file_ids: Sequence[str]) -> list[UploadedFileRec]:
        """Return the session's files with these ids, including those that a message box has removed."""
        found = super().get_files(session_id, file_ids)
        taken_out = self._taken_out.get(session_id, {})
        return found or [taken_out[id_] for id_ in file_ids if id_ in taken_out]

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Keep an upload, or only its name beyond the limit; forget removed files, which nobody needs now."""
        self._taken_out.pop(session_id, None)
        held = self.file_storage.get(session_id, {}).copy()
        held.pop(file.file_id, None)
        size = len(file.data) + sum(len(each.data) for each in held.values())
        if size > self._expected.get(session_id, MOST_BYTES):
            file = file._replace(type=NOT_KEPT, data=b"")
        if len(held) < MOST_FILES:
            super().add_file(session_id, file)

    def remove_file(self, session_id: str, file_id: str) -> None:
        """Remove a file but keep it aside: the run that takes it may be ended before it has read it."""
        for file in super().get_files(session_id, [file_id]):
            self._taken_out.setdefault(session_id, {})[file_id] = file
        super().remove_file(session_id, file_id)

    def remove_session_files(self, session_id: str) -> None:
        """Discard all files of a session that has ended."""
        self._taken_out.pop(session_id, None)
        self._expected.pop(session_id, None)
        super().remove_session_files(session_id)

    def expect(self, session_id: str, size: int) -> None:
        """Raise the session's limit to `size` bytes until something is released."""
        self._expected[session_id] = size

    def release(self, session_id: str, file_id: str) -> None:
        """Discard a file's bytes."""
        self.remove_file(session_id, file_id)
        self._taken_out.get(session_id, {}).pop(file_id, None)
        self._expected.pop(session_id, None)


class UploadGate:
    """Limits the uploads in progress of a session to the size of one file.

    Streamlit receives an upload completely before anything can check what the session holds.
    """

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner
        self._coming = Counter[str]()
        """Bytes being uploaded, by session."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless too much is being uploaded."""
        path = below(scope) if scope["type"] == "http" else ""
        if not path.startswith(_PATH) or scope["method"] != "PUT":
            await self._inner(scope, receive, send)
            return
        session_id = path.removeprefix(_PATH).partition("/")[0]
        told = Headers(scope=scope).get("content-length", "")
        size = int(told) if told.isdecimal() and len(told) < 20 else None
        if not get_instance().is_active_session(session_id):
            refusal = elsewhere()
        elif size is None:
            refusal = PlainTextResponse(_("An upload must state its size."), 411)
        elif self._coming[session_id] + size > st.get_option("server.maxUploadSize") * MEGABYTE:
            refusal = PlainTextResponse(_("Too many uploads at once. Send one file at a time."), 413)
        else:
            await self._pass(session_id, size, scope, receive, send)
            return
        await refusal(scope, receive, send)

    async def _pass(self, session_id: str, size: int, scope: Scope, receive: Receive, send: Send) -> None:
        self._coming[session_id] += size
        try:
            await self._inner(scope, receive, send)
        finally:
            self._coming[session_id] -= size
            if not self._coming[session_id]:
                del self._coming[session_id]


def install() -> None:
    """Make Streamlit use this class. It has no option: it looks the class up in that module."""
    memory_uploaded_file_manager.MemoryUploadedFileManager = Uploads  # type: ignore[misc]


def expect(size: int) -> None:
    """Let this page upload files of `size` bytes in total, until one is released."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, Uploads):
        context.uploaded_file_mgr.expect(context.session_id, size)


def arrived(value: object) -> list[UploadedFile]:
    """Return the files in a field's value, but not those taken before, which come back as deleted ones."""
    return [
        each for each in (value if isinstance(value, list) else [value]) if isinstance(each, UploadedFile)
    ]


def content(file: UploadedFile) -> bytes:
    """Return a file's bytes. Raises `FileRefused` for a file that was not kept."""
    if file.type == NOT_KEPT:
        raise refused(clean_name(file.name), "waiting_full", most=MOST_BYTES // MEGABYTE)
    return file.getvalue()


def release(files: Iterable[object]) -> None:
    """Discard files that a page has read. Streamlit would keep some for as long as the tab is open."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, Uploads):
        for file in files:
            if isinstance(file, UploadedFile):
                context.uploaded_file_mgr.release(context.session_id, file.file_id)
