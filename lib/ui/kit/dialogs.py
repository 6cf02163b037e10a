"""Dialogs, and the two buttons at their end.

Streamlit's `@st.dialog("Title")` would translate its title when the module is imported, for nobody. A dialog
is a fragment: a click in it reruns only the dialog, which stays open until the whole page is rerun.
"""

from collections.abc import Callable
from typing import Literal, TypeVarTuple

import streamlit as st

from lib.domain.text.markdown.literal import literal
from lib.i18n.translation import gettext as _

Values = TypeVarTuple("Values")
Dismissal = Callable[[], None] | Literal["ignore", "rerun"]
"""What happens when a person closes a dialog without its buttons."""


def open(  # noqa: A001
    title: str,
    draw: Callable[[*Values], None],
    *values: *Values,
    on_dismiss: Dismissal = "ignore",
    width: Literal["small", "medium", "large"] = "small",
    icon: str | None = None,
) -> None:
    """Open a dialog, or keep it open; `draw` draws what is in it, from `values`."""
    shown_icon = f":material/{icon}:" if icon else None
    st.dialog(literal(title), width=width, icon=shown_icon, on_dismiss=on_dismiss)(draw)(*values)


def show_buttons(
    label: str,
    key: str,
    action: Callable[..., None],
    *args: object,
    cancel: Callable[[], None],
    destroys: bool = False,
) -> None:
    """Draw what does it, red if it destroys something, and Cancel; either closes the dialog."""
    with st.container(horizontal=True, gap="small", key=f"{'destroy' if destroys else 'dialog'}_buttons"):
        is_done = st.button(literal(label), key=key, type="primary", on_click=action, args=args)
        is_done |= st.button(_("Cancel"), key=f"cancel-{key}", on_click=cancel)
    if is_done:
        st.rerun()


def show_form_buttons(
    label: str, key: str, action: Callable[..., None], *args: object, cancel: Callable[[], None]
) -> None:
    """Draw the same at the end of an `st.form`; Enter in a field does it, too."""
    with st.container(horizontal=True, gap="small", key="dialog_buttons"):
        is_done = st.form_submit_button(literal(label), key=key, type="primary", on_click=action, args=args)
        is_done |= st.form_submit_button(_("Cancel"), key=f"cancel-{key}", on_click=cancel)
    if is_done:
        st.rerun()
