"""What browsers have uploaded: in memory, until a page has taken it."""

from collections.abc import Iterable, Sequence

from streamlit.runtime import memory_uploaded_file_manager
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec


class Uploads(MemoryUploadedFileManager):
    """Streamlit's uploads, which a message box takes out as soon as a run of the page begins.

    Where another run ends that one before it has read them, they would be gone, and the message would go out
    without its files. Here they stay until they are released.
    """

    def __init__(self, upload_endpoint: str) -> None:
        super().__init__(upload_endpoint)
        self._taken_out: dict[str, dict[str, UploadedFileRec]] = {}

    def get_files(self, session_id: str, file_ids: Sequence[str]) -> list[UploadedFileRec]:
        """The session's files that have these ids, with those that a message box has taken out."""
        found = super().get_files(session_id, file_ids)
        taken_out = self._taken_out.get(session_id, {})
        return found or [taken_out[own] for own in file_ids if own in taken_out]

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Keep an upload; what was taken out before it is not asked for any more."""
        self._taken_out.pop(session_id, None)
        super().add_file(session_id, file)

    def remove_file(self, session_id: str, file_id: str) -> None:
        """What Streamlit calls as it takes a file out."""
        for file in super().get_files(session_id, [file_id]):
            self._taken_out.setdefault(session_id, {})[file_id] = file
        super().remove_file(session_id, file_id)

    def remove_session_files(self, session_id: str) -> None:
        """The session is over."""
        self._taken_out.pop(session_id, None)
        super().remove_session_files(session_id)

    def release(self, session_id: str, file_id: str) -> None:
        """Let go of a file's bytes for good."""
        self.remove_file(session_id, file_id)
        self._taken_out.get(session_id, {}).pop(file_id, None)


def install() -> None:
    """Have Streamlit make its runtime with these uploads. It looks its class up there, and has no option."""
    memory_uploaded_file_manager.MemoryUploadedFileManager = Uploads  # type: ignore[misc]


def release(files: Iterable[object]) -> None:
    """Let go of files that a page has read. Streamlit would keep some for as long as the tab is open."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, Uploads):
        for file in files:
            if isinstance(file, UploadedFile):
                context.uploaded_file_mgr.release(context.session_id, file.file_id)
