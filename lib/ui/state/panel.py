"""A tab's open dialog: one at a time, opened by a callback and drawn at the end of the page."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lib.domain.text.markdown.literal import plain
from lib.ui.kit import dialogs
from lib.ui.state import widgets

KEY = "panel"


@dataclass(slots=True)
class Panel:
    """The state of the dialogs."""

    name: str | None = None
    """The open dialog."""
    subject: str | None = None
    """The id of its subject: the answer that the inspector shows; `None` means the last one."""
    notice: str | None = None
    """What it says. A toast from one of its callbacks would replace the page's style."""
    problem: str | None = None
    """What it says went wrong."""
    asked: str | None = None
    """The id of what it asks about whether to destroy it."""


def held() -> Panel:
    """Return this tab's dialog."""
    return widgets.hold(KEY, Panel, Panel)


def open_panel(name: str | None, subject: str | None = None) -> None:
    """Open the dialog of this name."""
    panel = held()
    panel.name, panel.subject = name, subject
    panel.notice = panel.problem = panel.asked = None


def close() -> None:
    """Close the dialog that is open."""
    open_panel(None)


def show(
    title: str, draw: Callable[[], None], *, width: dialogs.Width = "small", icon: str | None = None
) -> None:
    """Draw the open dialog; it closes when a callback closes or changes the panel."""
    name = held().name

    def _draw() -> None:
        # A click in a dialog reruns only the dialog: the page behind it must see what has changed, and only a
        # whole run closes the dialog.
        if held().name != name:
            st.rerun()
        draw()

    dialogs.open(title, _draw, on_dismiss=close, width=width, icon=icon)


def show_problem() -> None:
    """Draw what went wrong."""
    if problem := held().problem:
        st.error(plain(problem), icon=":material/error:")
