"""What browsers have uploaded: in memory, until a page has taken it."""

from collections import Counter
from collections.abc import Iterable, Sequence

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import memory_uploaded_file_manager
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from lib.files.upload_validation import FileRefused, clean_name

MEGABYTE = 1024**2
MOST_BYTES = 50 * MEGABYTE
"""What a session may hold; while its page expects an import, it may be more."""
MOST_FILES = 200
"""Files that a session may hold, empty ones too; a person has far fewer."""
NOT_KEPT = "application/x-not-kept"
"""The type of a file whose bytes were let go as they came."""
_PATH = "/_stcore/upload_file/"


class Uploads(MemoryUploadedFileManager):
    """Streamlit's uploads, which a message box takes out as soon as a run of the page begins.

    Where another run ends that one before it has read them, they would be gone, and the message would go out
    without its files. Here they stay until they are released. Streamlit keeps all that is sent while a page
    is open; here a session holds no more than it may.
    """

    def __init__(self, upload_endpoint: str) -> None:
        super().__init__(upload_endpoint)
        self._taken_out: dict[str, dict[str, UploadedFileRec]] = {}
        self._expected: dict[str, int] = {}

    def get_files(self, session_id: str, file_ids: Sequence[str]) -> list[UploadedFileRec]:
        """The session's files that have these ids, with those that a message box has taken out."""
        found = super().get_files(session_id, file_ids)
        taken_out = self._taken_out.get(session_id, {})
        return found or [taken_out[id_] for id_ in file_ids if id_ in taken_out]

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Keep an upload, or only its name; what was taken out before it is not asked for any more."""
        self._taken_out.pop(session_id, None)
        held = self.file_storage.get(session_id, {}).copy()
        held.pop(file.file_id, None)
        size = len(file.data) + sum(len(each.data) for each in held.values())
        if size > self._expected.get(session_id, MOST_BYTES):
            file = file._replace(type=NOT_KEPT, data=b"")
        if len(held) < MOST_FILES:
            super().add_file(session_id, file)

    def remove_file(self, session_id: str, file_id: str) -> None:
        """Take a file out, and keep it aside: the run that takes it may be ended before it has read it."""
        for file in super().get_files(session_id, [file_id]):
            self._taken_out.setdefault(session_id, {})[file_id] = file
        super().remove_file(session_id, file_id)

    def remove_session_files(self, session_id: str) -> None:
        """Let go of all that the session held: it is over."""
        self._taken_out.pop(session_id, None)
        self._expected.pop(session_id, None)
        super().remove_session_files(session_id)

    def expect(self, session_id: str, size: int) -> None:
        """Hold more than usual until something is released: so many bytes."""
        self._expected[session_id] = size

    def release(self, session_id: str, file_id: str) -> None:
        """Let go of a file's bytes for good."""
        self.remove_file(session_id, file_id)
        self._taken_out.get(session_id, {}).pop(file_id, None)
        self._expected.pop(session_id, None)


class UploadGate:
    """Lets a session send no more at once than one file may have.

    Streamlit takes an upload in whole before anybody can ask what the session holds.
    """

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner
        self._coming = Counter[str]()
        """Bytes on their way, by session."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless too much is on its way."""
        if scope["type"] != "http" or scope["method"] != "PUT" or _PATH not in scope["path"]:
            await self._inner(scope, receive, send)
            return
        session_id = scope["path"].partition(_PATH)[2].partition("/")[0]
        told = Headers(scope=scope).get("content-length", "")
        size = int(told) if told.isdecimal() and len(told) < 20 else None
        if size is None:
            refusal = PlainTextResponse("An upload has to say how large it is.\n", 411)
        elif self._coming[session_id] + size > st.get_option("server.maxUploadSize") * MEGABYTE:
            refusal = PlainTextResponse("Too much is uploaded at once. Send one file after the other.\n", 413)
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
    """Have Streamlit make its runtime with these uploads. It looks its class up there, and has no option."""
    memory_uploaded_file_manager.MemoryUploadedFileManager = Uploads  # type: ignore[misc]


def expect(size: int) -> None:
    """Say that this page waits for files of so many bytes together, until they are released."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, Uploads):
        context.uploaded_file_mgr.expect(context.session_id, size)


def arrived(value: object) -> list[UploadedFile]:
    """The files in what a field holds. Those that were taken before may come along again, as deleted ones."""
    return [
        each for each in (value if isinstance(value, list) else [value]) if isinstance(each, UploadedFile)
    ]


def content(file: UploadedFile) -> bytes:
    """What was uploaded. Raises `FileRefused` for a file that was not kept."""
    if file.type == NOT_KEPT:
        raise FileRefused(
            f"“{clean_name(file.name)}” did not fit: files of {MOST_BYTES // MEGABYTE} MB at most can wait "
            "to be taken. Add it again by itself."
        )
    return file.getvalue()


def release(files: Iterable[object]) -> None:
    """Let go of files that a page has read. Streamlit would keep some for as long as the tab is open."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, Uploads):
        for file in files:
            if isinstance(file, UploadedFile):
                context.uploaded_file_mgr.release(context.session_id, file.file_id)
