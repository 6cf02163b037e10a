"""What JavaScript does around every page: its language, the sidebar of a phone, the focus in dialogs."""

from pathlib import Path

from lib.i18n import locale
from lib.ui.server.components import component

_frame = component("frame", Path(__file__).with_name("frame.js"))


def show() -> None:
    """Let it do so."""
    _frame(data={"language": locale.current().tag}, key="frame")
