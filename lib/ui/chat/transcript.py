"""The conversation: its messages, and the reply that is streaming."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.domain.conversation.messages import Message
from lib.domain.reply import endings
from lib.domain.reply.reply import Reply
from lib.domain.text.markdown.literal import md
from lib.engine.live import LiveTape
from lib.ui.chat import answer_actions, callbacks
from lib.ui.kit import buttons, figures
from lib.ui.reply import answer, badges, question, remedies
from lib.ui.reply.answer import Turn
from lib.ui.reply.remedies import RemedyCallbacks
from lib.ui.state.conversation import conversations
from lib.ui.state.session import Session

REMEDY_CALLBACKS = RemedyCallbacks(
    try_again=callbacks.regenerate,
    ask_model=callbacks.ask_model,
    new=conversations.new_chat,
    new_label="Start a new chat",
    edit=callbacks.edit,
    continue_reply=callbacks.continue_reply,
)
"""The remedies for an error in a chat."""


def show(session: Session) -> DeltaGenerator | None:
    """Draw the shown path; return the place of the running reply, if there is one."""
    turns = session.conversation.turns()
    # Once for all messages: finding the versions of one takes a walk through the whole tree.
    session.versions = session.conversation.all_versions()
    hidden = max(0, len(turns) - session.shown_messages)
    if hidden:
        st.button(
            md("Show earlier messages ({})", hidden),
            key="show_earlier",
            type="tertiary",
            on_click=callbacks.show_earlier,
        )
    place = None
    for turn in turns[hidden:]:
        if turn[0].role == "user":
            _show_question(session, turn[0])
        else:
            place = _show_answer(session, turn, is_last=turn is turns[-1])
    return place


def follow(session: Session, tape: LiveTape, place: DeltaGenerator) -> None:
    """Stream a running reply into its place until it ends."""
    earlier = session.conversation.turns()[-1][:-1]
    with place:
        answer.stream(tape, earlier, is_image_model=session.is_image_model)
        _show_end(session, [*earlier, session.settle(tape)], is_last=True)


def _show_question(session: Session, message: Message) -> None:
    if session.editing == message.id:
        _show_editor(message)
        return
    with st.container(key=f"question-{message.id}", horizontal_alignment="right"):
        with st.container(key=f"bubble-{message.id}", width="content"):
            question.show(message)
        _show_versions(session, message)


def _show_editor(message: Message) -> None:
    key = f"editor-{message.id}"
    with st.container(border=True, key=f"editing-{message.id}"):
        st.text_area("Edit your message", message.content, key=key, height="content")
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button("Cancel", key="cancel_edit", on_click=callbacks.edit, args=(None,))
            st.button(
                "Send", key="send_edit", type="primary", on_click=callbacks.resend, args=(message.id, key)
            )


def _show_answer(session: Session, turn: Turn, *, is_last: bool) -> DeltaGenerator | None:
    """Draw an answer. If it is running, leave it to `follow` and return its place."""
    place = st.container(key=f"answer-{turn[0].id}")
    if is_last and session.following:
        return place
    with place:
        answer.show(turn)
        _show_end(session, turn, is_last=is_last)
    return None


def _show_end(session: Session, turn: Turn, *, is_last: bool) -> None:
    """Draw what is below an answer's text: notices, figures, actions."""
    reply = turn[-1].reply or Reply()
    answer.show_outcome(
        turn[-1], partial(remedies.show, session, turn, REMEDY_CALLBACKS) if is_last else None
    )
    _show_actions(session, turn, reply, is_last=is_last)


def _show_actions(session: Session, turn: Turn, reply: Reply, *, is_last: bool) -> None:
    message, last = turn[0], turn[-1]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"end-{message.id}"):
        actions = answer_actions.of(session, turn)
        if is_last:
            answer_actions.show_icons(actions)
            if endings.has_more(reply) and not remedies.is_continue(reply):
                buttons.button(
                    "Continue",
                    f"continue-{last.id}",
                    "play_arrow",
                    callbacks.continue_reply,
                    last.id,
                    kind="tertiary",
                )
        elif message.parent_id in session.conversation.messages:
            answer_actions.show_menu(actions, key=f"turn-{message.id}")
        _show_versions(session, message)
        badges.show_other_model(reply)
        st.caption(figures.footer(reply))


def _show_versions(session: Session, message: Message) -> None:
    """Draw arrows to the other versions of a message, if there are any."""
    versions = session.versions[message.id]
    buttons.show_versions(versions, message.id, callbacks.show_version, key=message.id)
