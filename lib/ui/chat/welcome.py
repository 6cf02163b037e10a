"""What an empty chat shows: suggestions, or the first steps where no key is set."""

from typing import Literal

import streamlit as st

from lib import app
from lib.domain.text.markdown.literal import literal, md, plain
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.ui.chat import callbacks
from lib.ui.shell.dialogs import CONNECT
from lib.ui.state import widgets
from lib.ui.state.conversation import conversations
from lib.ui.state.panel import open_panel
from lib.ui.state.person import identity
from lib.ui.state.session import Session

SUGGESTIONS = (
    mark("Explain how a large language model writes its answer, in five sentences"),
    mark("Write a Python function that finds the longest word in a text"),
    mark("Give me three ideas for a short team workshop"),
    mark("Write a haiku about a quiet morning"),
)


def show(session: Session) -> None:
    """Draw a welcome, or what to do if no model can answer."""
    if session.connection.needs_key:
        _show_first_steps()
    else:
        _show_welcome(session)


def _show_welcome(session: Session) -> None:
    application = app.get()
    with st.container(key="welcome", horizontal_alignment="center"):
        st.title(_("What would you like to know?"), anchor=False, text_alignment="center")
        if session.is_local and application.local_model:
            said = (
                _("{}, a tiny demo model on the server of this app, answers. Nothing you write leaves it.")
                if identity()
                else _("{}, a tiny demo model on this machine, answers. Nothing you write leaves it.")
            )
            st.caption(md(said, application.local_model.name), text_alignment="center")
        _show_suggestions()
        _show_temporary(session)
        if session.is_local and application.settings.has_own_keys:
            _show_connect(_("Connect SynStar AI"), "tertiary")


def _show_suggestions() -> None:
    """Draw suggestions for an empty chat: a click sends one."""
    with st.container(horizontal=True, horizontal_alignment="center", gap="xsmall", key="suggestions"):
        for number, suggestion in enumerate(SUGGESTIONS):
            text = _(suggestion)
            key = f"suggestion-{number}"
            st.button(literal(text), key=key, wrap=True, on_click=callbacks.send, args=(text,))


def _show_temporary(session: Session) -> None:
    widgets.put("temporary", session.conversation.is_temporary)  # it is not that of the chat before
    st.toggle(
        _("Temporary chat"),
        key="temporary",
        help=_("Never stored: gone when you leave it or reload the page."),
        on_change=conversations.make_temporary,
        args=("temporary",),
    )


def _show_first_steps() -> None:
    application = app.get()
    with st.container(key="welcome"):
        st.title(md(_("Welcome to {}"), application.settings.title), anchor=False)
        if application.local_model_problem:
            st.warning(plain(str(application.local_model_problem)), icon=":material/memory:")
        if not application.settings.has_own_keys:
            st.markdown(_("This app has no API key yet. An admin has to add one."))
            return
        st.markdown(
            _(
                "To chat with the models of SynStar AI, this app needs an API key. Three ways to begin:\n"
                "\n"
                "1. Add a key here. It stays in memory, for this tab only.\n"
                "2. Put `KKIAI_API_KEY=sk-…` in the file `.env` and start the app again: it stays.\n"
                "3. Start the app with `make run` and no key: a small model on this machine answers."
            )
        )
        _show_connect(_("Add a key"), "primary")


def _show_connect(label: str, kind: Literal["primary", "tertiary"]) -> None:
    st.button(
        literal(label),
        key="open_connect",
        icon=":material/key:",
        type=kind,
        on_click=open_panel,
        args=(CONNECT,),
    )
