"""The line above the conversation, and what an empty chat shows."""

from typing import Literal

import streamlit as st

from lib import app
from lib.domain.text.markdown.literal import literal, md, plain
from lib.ui.chat import callbacks, dialogs
from lib.ui.kit import buttons
from lib.ui.share import grants, share_links
from lib.ui.shell import outage
from lib.ui.shell.dialogs import CONNECT
from lib.ui.state.conversation import conversations
from lib.ui.state.panel import open_panel
from lib.ui.state.person import identity, person_id
from lib.ui.state.session import Session

SUGGESTIONS = (
    "Explain how a large language model writes its answer, in five sentences",
    "Write a Python function that finds the longest word in a text",
    "Give me three ideas for a short team workshop",
    "Write a haiku about a quiet morning",
)


def show(session: Session) -> None:
    """Draw the title with its menu, a welcome for an empty chat, or what to do if no model can answer."""
    outage.show(session)
    if session.conversation.messages:
        _show_title(session)
    elif session.connection.needs_key:
        _show_first_steps()
    else:
        _show_welcome(session)


def _show_title(session: Session) -> None:
    key, conversation = "conversation_menu", session.conversation
    pin = callbacks.UNPIN if conversation.is_pinned else callbacks.PIN
    with st.container(horizontal=True, vertical_alignment="center", key="header"):
        st.markdown(md("**{}**", conversation.title))
        if conversation.is_temporary:
            st.badge("Not stored", icon=":material/visibility_off:", color="gray")
        elif app.get().engine.is_behind(person_id(), conversation.id):
            st.badge("Not stored yet", icon=":material/hourglass:", color="orange")
        st.space("stretch")
        buttons.button("Usage", "open_usage", "data_usage", open_panel, dialogs.USAGE, kind="tertiary")
        can_share = not conversation.is_temporary and (grants.is_offered() or share_links.is_offered())
        share = [grants.SHARE] if can_share else []
        entries = [dialogs.RENAME, pin, *share, dialogs.EXPORT, callbacks.INSPECT, dialogs.DELETE]
        buttons.menu(entries, key, callbacks.menu_action, key)


def _show_welcome(session: Session) -> None:
    application = app.get()
    with st.container(key="welcome", horizontal_alignment="center"):
        st.markdown("## What would you like to know?", text_alignment="center")
        if session.is_local and application.local_model:
            where = "on the server of this app" if identity() else "on this machine"
            st.caption(
                md(
                    "{} answers, a tiny demo model {}. Nothing you write leaves it.",
                    application.local_model.name,
                    where,
                ),
                text_alignment="center",
            )
        _show_suggestions()
        _show_temporary(session)
        if session.is_local and application.settings.has_own_keys:
            _show_connect("Connect SynStar AI", "tertiary")


def _show_suggestions() -> None:
    """Draw suggestions for an empty chat."""
    st.pills(
        "Suggestions",
        SUGGESTIONS,
        key="suggestion",
        label_visibility="collapsed",
        on_change=callbacks.pick,
        args=("suggestion",),
    )


def _show_temporary(session: Session) -> None:
    st.toggle(
        "Temporary chat",
        session.conversation.is_temporary,
        key="temporary",
        help="Never stored: gone when you leave it or reload the page.",
        on_change=conversations.make_temporary,
        args=("temporary",),
    )


def _show_first_steps() -> None:
    application = app.get()
    with st.container(key="welcome"):
        st.markdown(md("## Welcome to {}", application.settings.title))
        if application.local_model_problem:
            st.warning(plain(str(application.local_model_problem)), icon=":material/memory:")
        if not application.settings.has_own_keys:
            st.markdown("This app has no API key yet. An admin has to add one.")
            return
        st.markdown(
            "To chat with the models of SynStar AI, this app needs an API key. Three ways to begin:\n"
            "\n"
            "1. Add a key here. It stays in memory, for this tab only.\n"
            "2. Put `KKIAI_API_KEY=sk-…` in the file `.env` and start the app again: it stays.\n"
            "3. Start the app with `make run` and no key: a small model on this machine answers."
        )
        _show_connect("Add a key", "primary")


def _show_connect(label: str, kind: Literal["primary", "tertiary"]) -> None:
    st.button(
        literal(label),
        key="open_connect",
        icon=":material/key:",
        type=kind,
        on_click=open_panel,
        args=(CONNECT,),
    )
