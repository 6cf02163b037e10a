"""The remedy for each kind of error, as a button below it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from lib import app
from lib.domain.conversation.messages import Message
from lib.domain.models.capabilities import Capabilities, Capability
from lib.domain.models.connection import likely_base_url
from lib.domain.models.models import closest
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.reply import Reply
from lib.domain.text.markdown.literal import code, md, plain
from lib.i18n.translation import gettext as _
from lib.ui.reply.answer import Turn
from lib.ui.shell import clipboard, dialogs
from lib.ui.state.panel import open_panel
from lib.ui.state.person import offered
from lib.ui.state.session import Session

MODELS_OFFERED = 3
_SEES = re.compile(r"(?<![a-z])(vl|vision|omni|4v|gpt-4o|gpt-4\.1|gpt-5|gemini|claude|pixtral|llava)", re.I)
"""Parts of names of models that take images."""


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
    without_images: Callable[[str], None] | None = None
    """Takes the id of the question; `None` if it cannot be sent again without its images."""


def show(session: Session, turn: Turn, callbacks: RemedyCallbacks, error: ChatError) -> None:
    """Draw the remedy for the error that ended a turn."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"remedy-{turn[-1].id}"):
        draw = _show_images if error.is_about_images else _REMEDIES[error.category]
        draw(session, turn, callbacks)


def is_continue(reply: Reply) -> bool:
    """Return whether the remedy is to continue the reply's text."""
    return bool(reply.error and reply.error.category is Category.STREAM_INTERRUPTED and reply.text)


def _button(name: str, label: str, icon: str, turn: Turn, action: Callable[..., None], *args: str) -> None:
    """Draw a button; `name` distinguishes its key from those of the other buttons below this answer."""
    st.button(
        plain(label),
        key=f"{name}-{turn[-1].id}",
        icon=f":material/{icon}:",
        on_click=action,
        args=args,
    )


def _add_key(_session: Session, turn: Turn, _callbacks: RemedyCallbacks) -> None:
    if app.get().settings.has_own_keys:
        _button("add_a_key", _("Add a key"), "key", turn, open_panel, dialogs.CONNECT)


def _change_key(_session: Session, turn: Turn, _callbacks: RemedyCallbacks) -> None:
    if app.get().settings.has_own_keys:
        _button("use_another_key", _("Use another key"), "key", turn, open_panel, dialogs.CONNECT)


def _copy_setting(base_url: str) -> None:
    """Copy the setting that was probably meant to the clipboard."""
    clipboard.copy(f"KKIAI_BASE_URL={base_url}")


def _try_again(_session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    _button("try_again", _("Try again"), "refresh", turn, callbacks.try_again, turn[-1].id)


def _copy_address(session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    error = (turn[-1].reply or Reply()).error
    told = error.likely_base_url if error else None
    if likely := told or likely_base_url(session.connection.base_url):
        _button(
            "copy_the_likely_setting",
            _("Copy the likely setting"),
            "content_copy",
            turn,
            _copy_setting,
            likely,
        )
        st.caption(md(_("{}, for the file `.env`"), code(f"KKIAI_BASE_URL={likely}")), width="content")
    else:
        _try_again(session, turn, callbacks)


def _choose_model(session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    """Draw buttons for the model names in the catalogue that are closest to the requested one."""
    reply = turn[-1].reply or Reply()
    models = app.get().engine.catalogue.listing(session.connection, wait_seconds=0.0).models
    names = closest(reply.model_requested or "", offered(models))
    _show_models(names, turn, callbacks)
    if not names:
        _try_again(session, turn, callbacks)


def _show_models(names: Sequence[str], turn: Turn, callbacks: RemedyCallbacks) -> None:
    for name in names:
        label = _("Ask {}").format(name)
        _button(f"ask_{name}", label, "smart_toy", turn, callbacks.ask_model, turn[-1].id, name)


def _show_images(session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    """Draw what helps where a model takes no images, or not these: to leave them out, to ask another."""
    question = session.conversation.messages.get(turn[0].parent_id or "")
    if question and callbacks.without_images and (question.content.strip() or _documents(question)):
        label = _("Send without the image")
        _button("without_images", label, "hide_image", turn, callbacks.without_images, question.id)
    _show_models(_seeing(session, (turn[-1].reply or Reply()).model_requested), turn, callbacks)


def _documents(question: Message) -> bool:
    return any(not attachment.is_image for attachment in question.attachments)


def _seeing(session: Session, asked: str | None) -> list[str]:
    """Return a few listed models that see: those which have shown it, else those whose names say so."""
    known = app.get().store.capabilities.of(session.connection.base_url)
    others = [model for model in session.models_for_cells if model != asked]
    proven = [model for model in others if Capability.VISION in known.get(model, Capabilities()).shown]
    refuses = partial(app.get().engine.refuses_images, session.connection)
    named = [model for model in others if _SEES.search(model) and not refuses(model)]
    return (proven or named)[:MODELS_OFFERED]


def _show_balance(session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    _try_again(session, turn, callbacks)
    if balance := app.get().engine.balances.left(session.connection):
        st.caption(plain(str(balance)), width="content")


def _new_chat(_session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    _button("new", _(callbacks.new_label), "edit_square", turn, callbacks.new)


def _edit_question(session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    question = session.conversation.messages.get(turn[0].parent_id or "")
    if question and callbacks.edit:
        _button("edit_the_question", _("Edit the question"), "edit", turn, callbacks.edit, question.id)
    elif not callbacks.edit:
        _try_again(session, turn, callbacks)


def _continue(session: Session, turn: Turn, callbacks: RemedyCallbacks) -> None:
    if callbacks.continue_reply and is_continue(turn[-1].reply or Reply()):
        _button("continue", _("Continue"), "play_arrow", turn, callbacks.continue_reply, turn[-1].id)
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
