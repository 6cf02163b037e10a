"""The conversation: what was said, and the reply that is being said."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import dropwhile

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.chat.blocks import split
from lib.chat.inert import inert
from lib.chat.json_block import JsonBlock
from lib.chat.messages import Message
from lib.chat.reply import Reply, State
from lib.chat.tape import Content, Event, Reasoning, ToolCall
from lib.engine.live import LiveTape
from lib.ui import actions, attached, errors, figures, remarks, remedies
from lib.ui.frames import first_kind, frames
from lib.ui.labels import plain
from lib.ui.session import Session

BLOCKS_KEPT = 1000
"""Texts whose blocks are remembered: what has been said does not change, and is drawn in every run."""

Turn = Sequence[Message]
"""A question, or an answer and what continues it."""


def show(session: Session) -> DeltaGenerator | None:
    """Draw the shown path. Returns the place of the reply that is still running, if there is one."""
    turns = session.conversation.turns()
    session.versions = session.conversation.all_versions()
    hidden = max(0, len(turns) - session.shown_messages)
    if hidden:
        st.button(
            f"Show earlier messages ({hidden})",
            key="show_earlier",
            type="tertiary",
            on_click=actions.show_earlier,
        )
    place = None
    for turn in turns[hidden:]:
        if turn[0].role == "user":
            _show_question(session, turn[0])
        else:
            place = _show_answer(session, turn, is_last=turn is turns[-1])
    return place


def follow(session: Session, tape: LiveTape, place: DeltaGenerator) -> None:
    """Stream a running reply into its place; returns when it has ended.

    What continues an answer that broke off goes on in the midst of its last block.
    """
    earlier = session.conversation.turns()[-1][:-1]
    with place:
        head = st.empty()
        _show_reasoning(head, earlier)
        waiting = st.empty() if earlier else head
        waiting.markdown(f":shimmer[{'Drawing' if session.is_drawing else 'Waiting for the model'}…]")
        kind = first_kind(tape)
        if kind is Reasoning:
            with waiting.status(":shimmer[Thinking…]", type="compact") as status:
                st.write_stream(frames(tape, Reasoning))
            status.update(label=_thought([tape.reply()]), state="complete")
        elif kind is ToolCall:
            waiting.markdown(":shimmer[Asking for a tool…]")
        else:
            waiting.empty()
        written = JsonBlock().feed if tape.reply().is_json else str
        st.write_stream(frames(tape, Content, before=_text(earlier), written=written))
        turn = [*earlier, session.settle(tape)]
        if kind is ToolCall or _thinks_late(tape):
            waiting.empty()
            _show_reasoning(head, turn)
        _show_end(session, turn, is_last=True)


def _show_question(session: Session, message: Message) -> None:
    if session.editing == message.id:
        _show_editor(message)
        return
    with st.container(key=f"question-{message.id}", horizontal_alignment="right"):
        with st.container(key=f"bubble-{message.id}", width="content"):
            attached.show(message.attachments)
            _show_blocks(message.content)
        _show_versions(session, message)


def _show_editor(message: Message) -> None:
    key = f"editor-{message.id}"
    with st.container(border=True, key=f"editing-{message.id}"):
        st.text_area("Edit your message", message.content, key=key, height="content")
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button("Cancel", key="cancel_edit", on_click=actions.edit, args=(None,))
            st.button(
                "Send", key="send_edit", type="primary", on_click=actions.resend, args=(message.id, key)
            )


def _show_answer(session: Session, turn: Turn, *, is_last: bool) -> DeltaGenerator | None:
    """Draw an answer; one that is still running is left to `follow`, its place is returned."""
    place = st.container(key=f"answer-{turn[0].id}")
    if is_last and session.following:
        return place
    with place:
        _show_reasoning(st.empty(), turn)
        _show_blocks(_answer(turn))
        _show_end(session, turn, is_last=is_last)
    return None


def _show_reasoning(head: DeltaGenerator, turn: Turn) -> None:
    replies = [message.reply for message in turn if message.reply and message.reply.reasoning]
    if replies:
        with head.status(_thought(replies), state="complete", type="compact"):
            _show_blocks("\n\n".join(reply.reasoning for reply in replies))


def _show_blocks(text: str) -> None:
    """Draw a text in the same elements in which it streamed, so that nothing moves when it has ended."""
    for block in _blocks(text):
        st.markdown(block)


@lru_cache(maxsize=BLOCKS_KEPT)
def _blocks(text: str) -> tuple[str, ...]:
    return tuple(inert(block) for block in split(text))


def _text(turn: Turn) -> str:
    return "".join(message.content for message in turn)


def _answer(turn: Turn) -> str:
    """What a turn says, as markdown: JSON that was asked for is shown indented."""
    reply = turn[-1].reply
    return JsonBlock().feed(_text(turn)) if reply and reply.is_json else _text(turn)


def _show_end(session: Session, turn: Turn, *, is_last: bool) -> None:
    """What stands under an answer's text: what was odd about it, its figures, what can be done."""
    reply = turn[-1].reply or Reply()
    if reply.refusal:
        st.markdown(inert(reply.refusal))
    attached.show_drawn(reply.images, turn[-1].id)
    for call in reply.tool_calls:
        remarks.show_tool_call(call)
    for notice in reply.notices:
        st.caption(f":material/info: {plain(notice)}")
    if reply.error:
        errors.show(reply.error)
        if is_last:
            remedies.show(session, turn, reply.error)
        errors.show_details(reply.error)
    elif reply.state is State.COMPLETED and not (
        reply.text or reply.refusal or reply.tool_calls or reply.images
    ):
        st.caption("The model ended its reply without a word.")
    _show_actions(session, turn, reply, is_last=is_last)


def _show_actions(session: Session, turn: Turn, reply: Reply, *, is_last: bool) -> None:
    message, last = turn[0], turn[-1]
    question = session.conversation.messages.get(message.parent_id or "")
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"end-{message.id}"):
        if is_last:
            if _text(turn):
                _icon("content_copy", "Copy", actions.copy, message.id)
            _icon("refresh", "Regenerate", actions.regenerate, message.id)
            if question:
                _icon("edit", "Edit the question", actions.edit, question.id)
            _icon("frame_inspect", actions.INSPECT, actions.inspect, message.id)
            if _can_continue(reply) and not remedies.is_continue(reply):
                st.button(
                    "Continue",
                    key=f"continue-{last.id}",
                    icon=":material/play_arrow:",
                    type="tertiary",
                    on_click=actions.go_on,
                    args=(last.id,),
                )
        elif question:
            key = f"turn-{message.id}"
            st.menu_button(
                "",
                ["Copy", "Regenerate", "Edit", actions.INSPECT],
                key=key,
                icon=":material/more_horiz:",
                type="tertiary",
                on_click=actions.turn_action,
                args=(key, question.id, message.id),
            )
        _show_versions(session, message)
        remarks.show_other_model(reply)
        st.caption(figures.footer(reply))


def _icon(icon: str, label: str, action: Callable[[str], None], message_id: str) -> None:
    st.button(
        "",
        key=f"{icon}-{message_id}",
        icon=f":material/{icon}:",
        help=label,
        type="tertiary",
        on_click=action,
        args=(message_id,),
    )


def _show_versions(session: Session, message: Message) -> None:
    """Arrows to the other versions of a message, if there are any."""
    versions = session.versions[message.id]
    if len(versions) < 2:
        return
    at = versions.index(message.id)
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", width="content"):
        _arrow("chevron_left", "Earlier version", message.id, versions[at - 1] if at else None)
        st.caption(f"{at + 1} / {len(versions)}", width="content")
        later = versions[at + 1] if at + 1 < len(versions) else None
        _arrow("chevron_right", "Later version", message.id, later)


def _arrow(icon: str, label: str, message_id: str, version_id: str | None) -> None:
    st.button(
        "",
        key=f"{icon}-{message_id}",
        icon=f":material/{icon}:",
        help=label,
        type="tertiary",
        disabled=version_id is None,
        on_click=actions.show_version,
        args=(version_id,),
    )


def _thinks_late(tape: LiveTape) -> bool:
    """Whether a model went on thinking when its answer had begun: that is shown when the answer has ended."""
    pieces = [event for event in tape.events if isinstance(event, Content | Reasoning | ToolCall)]
    return any(isinstance(event, Reasoning) for event in dropwhile(_is_thinking, pieces))


def _is_thinking(event: Event) -> bool:
    return isinstance(event, Reasoning)


def _can_continue(reply: Reply) -> bool:
    """Whether an answer has text and more of it may come."""
    broke_off = reply.state not in (State.RUNNING, State.COMPLETED) or reply.finish_reason == "length"
    return broke_off and bool(reply.text)


def _thought(replies: Sequence[Reply]) -> str:
    ms = 0.0
    for timing in (reply.timing for reply in replies):
        if (since := timing.reasoning_ttft_ms) is not None:
            ends = (timing.ttft_ms, timing.last_token_ms)
            ms += next((until for until in ends if until and until >= since), since) - since
    return f"Thought for {max(1, round(ms / 1000))} s"
