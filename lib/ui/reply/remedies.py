"""The remedy for each kind of error, as a button below it."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lib import app
from lib.domain.models.connection import likely_base_url
from lib.domain.models.models import closest
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.reply import Reply
from lib.domain.text.markdown.literal import code, md, plain
from lib.ui.reply.answer import Turn
from lib.ui.shell import clipboard, dialogs
from lib.ui.state.panel import open_panel
from lib.ui.state.person import offered
from lib.ui.state.session import Session


@dataclass(frozen=True, slots=True)
class RemedyCallbacks:
    """A page's callbacks for remedies; they take the id of the answer's last message."""

    try_again: Callable[[str], None]
    ask_model: Callable[[str, str], None]
    """Also takes the name of a model."""
    new: Callable[[], None]
    new_label: str
    edit: Callable[[str], None] | None
    """Takes the id of the question; `None` if it cannot be edited."""
    continue_reply: Callable[[str], None] | None
    """`None` if the page does not continue answers."""


def show(session: Session, turn: Turn, callbacks: RemedyCallbacks, error: ChatError) -> None:
    """Draw the remedy for the error that ended a turn."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"remedy-{turn[-1].id}"):
        _REMEDIES[error.category](session, turn, callbacks)


def is_continue(reply: Reply) -> bool:
    """Return whether the remedy is to continue the reply's text."""
    return bool(reply.error and reply.error.category is Category.STREAM_INTERRUPTED and reply.text)


def _button(label: str, icon: str, turn: Turn, action: Callable[..., None], *args: str) -> None:
    name = label.lower().replace(" ", "_")
    st.button(
        plain(label),
        key=f"{name}-{turn[-1].id}",
        icon=f":material/{icon}:",
        on_click=action,
        args=args,
    )


def _add_key(_: Session, turn: Turn, __: RemedyCallbacks) -> None:
    if app.get().settings.has_own_keys:
        _button("Add a key", "key", turn, open_panel, dialogs.CONNECT)


def _change_key(_: Session, turn: Turn, __: RemedyCallbacks) -> None:
    if app.get().settings.has_own_keys:
        _button("Use another key", "key", turn, open_panel, dialogs.CONNECT)


def _copy_setting(base_url: str) -> None:
    """Copy the setting that was probably meant to the clipboard."""
    clipboard.copy(f"KKIAI_BASE_URL={base_url}")


def _try_again(_: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    _button("Try again", "refresh", turn, callbacks.try_again, turn[-1].id)


def _copy_address(session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    error = (turn[-1].reply or Reply()).error
    told = error.likely_base_url if error else None
    if likely := told or likely_base_url(session.connection.base_url):
        _button("Copy the likely setting", "content_copy", turn, _copy_setting, likely)
        st.caption(md("{}, for the file `.env`", code(f"KKIAI_BASE_URL={likely}")), width="content")
    else:
        _try_again(session, turn, callbacks)


def _choose_model(session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    """Draw buttons for the model names in the catalogue that are closest to the requested one."""
    reply = turn[-1].reply or Reply()
    models = app.get().engine.catalogue.listing(session.connection, wait_seconds=0.0).models
    names = closest(reply.model_requested or "", offered(models))
    for name in names:
        _button(f"Ask {name}", "smart_toy", turn, callbacks.ask_model, turn[-1].id, name)
    if not names:
        _try_again(session, turn, callbacks)


def _show_balance(session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    _try_again(session, turn, callbacks)
    if balance := app.get().engine.balances.left(session.connection):
        st.caption(plain(str(balance)), width="content")


def _new_chat(_: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    _button(callbacks.new_label, "edit_square", turn, callbacks.new)


def _edit_question(session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    question = session.conversation.messages.get(turn[0].parent_id or "")
    if question and callbacks.edit:
        _button("Edit the question", "edit", turn, callbacks.edit, question.id)
    elif not callbacks.edit:
        _try_again(session, turn, callbacks)


def _continue(session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    if callbacks.continue_reply and is_continue(turn[-1].reply or Reply()):
        _button("Continue", "play_arrow", turn, callbacks.continue_reply, turn[-1].id)
    else:
        _try_again(session, turn, callbacks)


_REMEDIES: dict[Category, Callable[[Session, Turn, RemedyCallbacks], None]] = {
    Category.MISSING_KEY: _add_key,
    Category.INVALID_KEY: _change_key,
    Category.WRONG_BASE_URL: _copy_address,
    Category.INVALID_MODEL: _choose_model,
    Category.INSUFFICIENT_BALANCE: _show_balance,
    Category.RATE_LIMITED: _try_again,
    Category.CONTEXT_TOO_LONG: _new_chat,
    Category.CONTENT_FILTERED: _edit_question,
    Category.PERMISSION_DENIED: _choose_model,
    Category.BAD_REQUEST: _edit_question,
    Category.TIMEOUT: _try_again,
    Category.UPSTREAM_DOWN: _try_again,
    Category.STREAM_INTERRUPTED: _continue,
}
