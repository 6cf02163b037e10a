"""The conversation: its messages, and the reply that is streaming."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.domain.conversation.messages import Message
from lib.domain.reply import endings
from lib.domain.reply.reply import Reply
from lib.domain.text.markdown.literal import md
from lib.engine.live import LiveTape
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.ui.chat import answer_actions, callbacks, editor
from lib.ui.kit import buttons, figures
from lib.ui.reply import answer, badges, question, remedies
from lib.ui.reply.answer import Turn
from lib.ui.reply.remedies import RemedyCallbacks
from lib.ui.state.session import Session

HIDDEN_AT_ONCE = 20
"""How many turns more are hidden when a conversation has become too long to be drawn whole."""
REMEDY_CALLBACKS = RemedyCallbacks(
    try_again=callbacks.regenerate,
    ask_model=callbacks.ask_model,
    new=callbacks.ask_in_new_chat,
    new_label=mark("Start a new chat"),
    edit=callbacks.edit,
    continue_reply=callbacks.continue_reply,
    without_images=callbacks.resend_without_images,
)
"""The remedies for an error in a chat."""


def show(session: Session) -> DeltaGenerator | None:
    """Draw the shown path; return the place of the running reply, if there is one."""
    turns = session.conversation.turns()
    # Once for all messages: finding the versions of one takes a walk through the whole tree.
    session.versions = session.conversation.all_versions()
    hidden = _hidden(len(turns), session.shown_messages)
    if hidden:
        st.button(
            md(_("Show earlier messages ({})"), hidden),
            key="show_earlier",
            type="tertiary",
            on_click=callbacks.show_earlier,
        )
    place = None
    for turn in turns[hidden:]:
        if turn[0].role == "user":
            _show_question(session, turn[0], is_last=any(turn is last for last in turns[-2:]))
        else:
            place = _show_answer(session, turn, is_last=turn is turns[-1])
    return place


def follow(session: Session, tape: LiveTape, place: DeltaGenerator) -> None:
    """Stream a running reply into its place until it ends."""
    earlier = session.conversation.turns()[-1][:-1]
    with place:
        answer.stream(tape, earlier, is_image_model=session.is_image_model)
        _show_end(session, [*earlier, session.settle(tape)], is_last=True)


def _hidden(turns: int, shown: int) -> int:
    """Return how many turns are not drawn. The number changes rarely: each change draws all others anew."""
    return max(0, turns - shown) // HIDDEN_AT_ONCE * HIDDEN_AT_ONCE


def _show_question(session: Session, message: Message, *, is_last: bool) -> None:
    if session.editing == message.id:
        editor.show(message)
        return
    with st.container(key=f"question-{message.id}", horizontal_alignment="right", gap="xxsmall"):
        with st.container(key=f"bubble-{message.id}", width="content"):
            question.show(message)
        if not is_last and len(session.versions[message.id]) < 2:
            return
        with st.container(
            horizontal=True,
            vertical_alignment="center",
            horizontal_alignment="right",
            gap="xxsmall",
            key=f"acts-{message.id}",
        ):
            _show_versions(session, message)
            if is_last:  # earlier ones are edited from the menu of their answer: one button fewer for each
                buttons.show_icon("edit", _("Edit"), callbacks.edit, message.id)


def _show_answer(session: Session, turn: Turn, *, is_last: bool) -> DeltaGenerator | None:
    """Draw an answer. If it is running, leave it to `follow` and return its place."""
    _show_speaker(turn[-1].reply or Reply())
    place = st.container(key=f"answer-{turn[0].id}")
    if is_last and session.following:
        return place
    with place:
        answer.show(turn)
        _show_end(session, turn, is_last=is_last)
    return None


def _show_speaker(reply: Reply) -> None:
    """Say to a screen reader who speaks; nobody sees it (`styles/buttons.css`)."""
    model = reply.model_served or reply.model_requested
    st.header(md(_("{} answered"), model) if model else _("The answer"), anchor=False)


def _show_end(session: Session, turn: Turn, *, is_last: bool) -> None:
    """Draw what is below an answer's text: notices, figures, actions."""
    reply = turn[-1].reply or Reply()
    answer.show_outcome(
        turn[-1], partial(remedies.show, session, turn, REMEDY_CALLBACKS) if is_last else None
    )
    _show_actions(session, turn, reply, is_last=is_last)


def _show_actions(session: Session, turn: Turn, reply: Reply, *, is_last: bool) -> None:
    message, last = turn[0], turn[-1]
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key=f"end-{message.id}"):
        if is_last:
            answer_actions.show(session, turn)
            if endings.has_more(reply) and not remedies.is_continue(reply):
                buttons.button(
                    _("Continue"),
                    f"continue-{last.id}",
                    "play_arrow",
                    callbacks.continue_reply,
                    last.id,
                    kind="tertiary",
                )
        elif message.parent_id in session.conversation.messages:
            answer_actions.show_menu(session, turn)
        _show_versions(session, message)
        badges.show_other_model(reply)
        st.caption(figures.footer(reply, session.prices, session.conversation.model))


def _show_versions(session: Session, message: Message) -> None:
    """Draw arrows to the other versions of a message, if there are any."""
    versions = session.versions[message.id]
    buttons.show_versions(versions, message.id, callbacks.show_version, key=message.id)
