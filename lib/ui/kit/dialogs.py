"""Dialogs, and the two buttons at their end.

Streamlit's `@st.dialog("Title")` would translate its title when the module is imported, for nobody. A dialog
is a fragment: a click in it reruns only the dialog, which stays open until the whole page is rerun.
"""

from collections.abc import Callable
from typing import Literal, TypeVarTuple

import streamlit as st

from lib.domain.conversation.conversations import LONGEST_TITLE
from lib.domain.text.markdown.literal import literal
from lib.i18n.translation import gettext as _
from lib.ui.kit.buttons import DANGER

Values = TypeVarTuple("Values")
Dismissal = Callable[[], None] | Literal["ignore", "rerun"]
"""What happens when a person closes a dialog without its buttons."""
Width = Literal["small", "medium", "large"]


def open(  # noqa: A001
    title: str,
    draw: Callable[[*Values], None],
    *values: *Values,
    on_dismiss: Dismissal = "ignore",
    width: Width = "small",
    icon: str | None = None,
) -> None:
    """Open a dialog, or keep it open; `draw` draws what is in it, from `values`."""
    shown_icon = f":material/{icon}:" if icon else None
    st.dialog(literal(title), width=width, icon=shown_icon, on_dismiss=on_dismiss)(draw)(*values)


def show_rename(title: str, rename: Callable[..., None], *args: object, cancel: Callable[[], None]) -> bool:
    """Draw the form for another title; `rename` gets `args` and the field's key. Return as `show_buttons`."""
    key = "new_title"
    with st.form("rename", border=False):
        st.text_input(_("Title"), title, key=key, max_chars=LONGEST_TITLE)
        return show_buttons(_("Rename"), "confirm_rename", rename, *args, key, cancel=cancel, in_form=True)


def show_buttons(
    label: str,
    key: str,
    action: Callable[..., None],
    *args: object,
    cancel: Callable[[], None],
    destroys: bool = False,
    in_form: bool = False,
) -> bool:
    """Draw what the dialog is for, red if it destroys something, and Cancel beside it.

    At the end of an `st.form` (`in_form`), Enter in a field does it, too. Return whether one of the two was
    pressed: whoever then has nothing to refuse calls `st.rerun`, which closes the dialog.
    """
    button = st.form_submit_button if in_form else st.button
    with st.container(horizontal=True, gap="small", key=f"{DANGER if destroys else ''}dialog_buttons"):
        is_done = button(literal(label), key=key, type="primary", on_click=action, args=args)
        is_left = button(_("Cancel"), key=f"cancel-{key}", on_click=cancel)
    return is_done or is_left
