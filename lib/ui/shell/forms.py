"""Forms in dialogs: Enter does what the dialog is for, Escape and Cancel leave it."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from lib.domain.text.markdown.literal import literal, plain
from lib.i18n.translation import gettext as _
from lib.ui.kit import dialogs
from lib.ui.state import panel

DANGER = "danger-"
"""What the key of a button begins with that destroys something: it is red."""


def show(
    title: str,
    draw: Callable[[], None],
    *,
    width: Literal["small", "medium", "large"] = "small",
    icon: str | None = None,
) -> None:
    """Open a dialog; it closes when a callback closes or changes the panel."""
    name = panel.held().name

    def _draw() -> None:
        # A click in a dialog reruns only the dialog: the page behind it must see what has changed, and only a
        # whole run closes the dialog.
        if panel.held().name != name:
            st.rerun()
        draw()

    dialogs.open(title, _draw, on_dismiss=panel.close, width=width, icon=icon)


def show_problem() -> None:
    """Draw what went wrong."""
    if problem := panel.held().problem:
        st.error(plain(problem), icon=":material/error:")


def show_buttons(
    label: str,
    key: str,
    action: Callable[..., None],
    *args: object,
    cancel: Callable[[], None] = panel.close,
) -> bool:
    """Draw the button that the form is for, which Enter presses, and Cancel beside it.

    Return whether one of them was pressed.
    """
    kind: Literal["primary", "secondary"] = "secondary" if key.startswith(DANGER) else "primary"
    with st.container(horizontal=True, gap="small"):
        done = st.form_submit_button(literal(label), key=key, type=kind, on_click=action, args=args)
        left = st.form_submit_button(_("Cancel"), key=f"cancel-{key}", type="tertiary", on_click=cancel)
    return done or left
