"""Buttons: with a word and an icon, or icons whose name is in a tooltip and told to screen readers."""

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from lib.domain.text.markdown.literal import Markdown, literal, md
from lib.i18n.translation import gettext as _

DANGER = "danger-"
"""What the key of a button that destroys something begins with, or that of its container: it is red."""


def button(
    label: str,
    key: str,
    icon: str,
    action: Callable[..., None],
    *args: object,
    disabled: bool = False,
    destroys: bool = False,
    kind: Literal["primary", "secondary", "tertiary"] = "secondary",
    width: Literal["content", "stretch"] = "content",
) -> bool:
    """Draw a button with a word and an icon that calls `action` with `args`; return whether it is clicked.

    It is red if it `destroys` something.
    """
    return st.button(
        literal(label),
        key=f"{DANGER}{key}" if destroys else key,
        icon=f":material/{icon}:",
        type=kind,
        disabled=disabled,
        width=width,
        on_click=action,
        args=args,
    )


def menu(
    options: Sequence[str],
    key: str,
    action: Callable[..., None],
    *args: object,
    label: str = "",
    named: Callable[[str], str] = str,
    destroys: str = "",
) -> None:
    """Draw a menu behind three dots; `action` gets `args` and reads the chosen option under `key`.

    `named` returns an option's words. Without a visible `label` the menu is called "More". What the option
    `destroys` leads to takes something away: it is red.
    """
    st.menu_button(
        literal(label) if label else unseen(_("More")),
        options,
        key=key,
        format_func=lambda option: (
            md(":red[{}]", named(option)) if option == destroys else literal(named(option))
        ),
        icon=":material/more_horiz:",
        type="tertiary",
        on_click=action,
        args=args,
    )


def show_icon(
    icon: str,
    label: str,
    action: Callable[..., None],
    *args: object,
    key: str = "",
    disabled: bool = False,
) -> None:
    """Draw an icon that calls `action` with `args`; its label is a tooltip, and its name to a screen reader.

    `key`, or by default the first of `args`, keeps buttons with the same icon distinct.
    """
    st.button(
        unseen(label),
        key=f"{icon}-{key or args[0]}",
        icon=f":material/{icon}:",
        help=literal(label),
        type="tertiary",
        disabled=disabled,
        on_click=action,
        args=args,
    )


def show_versions(
    versions: Sequence[str], shown: str, action: Callable[..., None], *args: str, key: str
) -> None:
    """Draw arrows to the previous and the next version, if there are several versions.

    `action` gets `args` and the id of that version.
    """
    if len(versions) < 2:
        return
    at = versions.index(shown)
    before = versions[at - 1] if at else None
    after = versions[at + 1] if at + 1 < len(versions) else None
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", width="content"):
        show_icon("chevron_left", _("Earlier version"), action, *args, before, key=key, disabled=not before)
        st.caption(md("{} / {}", at + 1, len(versions)), width="content")
        show_icon("chevron_right", _("Later version"), action, *args, after, key=key, disabled=not after)


def unseen(label: str) -> Markdown:
    """Return a label that is not seen: `styles/buttons.css` hides a coloured text in a button."""
    return md(":gray[{}]", label)
