"""One answer: its reasoning, its text, and what was odd about it; whole, or as it is being said."""

import json
from collections.abc import Sequence
from functools import lru_cache

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.chat.blocks import split
from lib.chat.inert import inert
from lib.chat.messages import Message
from lib.chat.reply import Reply, State
from lib.chat.tape import Content, Reasoning
from lib.engine.live import LiveTape
from lib.ui import errors
from lib.ui.frames import first_kind, frames
from lib.ui.labels import plain

BLOCKS_KEPT = 1000
"""Texts whose blocks are remembered: what has been said does not change, and is drawn in every run."""

Turn = Sequence[Message]
"""A question, or an answer and what continues it."""


def show(turn: Turn) -> None:
    """Draw an answer that has ended."""
    _show_reasoning(st.empty(), turn)
    show_blocks(_text(turn))


def stream(tape: LiveTape, earlier: Turn = ()) -> None:
    """Draw a running reply as it grows; returns when it has ended.

    What continues an answer that broke off (`earlier`) goes on in the midst of its last block.
    """
    head = st.empty()
    _show_reasoning(head, earlier)
    waiting = st.empty() if earlier else head
    waiting.markdown(":shimmer[Waiting for the model…]")
    if first_kind(tape) is Reasoning:
        with waiting.status(":shimmer[Thinking…]", type="compact") as status:
            st.write_stream(frames(tape, Reasoning))
        status.update(label=_thought([tape.reply()]), state="complete")
    else:
        waiting.empty()
    st.write_stream(frames(tape, Content, before=_text(earlier)))


def show_outcome(reply: Reply) -> None:
    """What stands under an answer's text: a refusal, tool calls, notices, an error."""
    if reply.refusal:
        st.markdown(inert(reply.refusal))
    for call in reply.tool_calls:
        st.code(f"{call.name}({_arguments(call.arguments)})", language="python", wrap_lines=True)
    for notice in reply.notices:
        st.caption(f":material/info: {plain(notice)}")
    if reply.error:
        errors.show(reply.error)
    elif reply.state is State.COMPLETED and not (reply.text or reply.refusal or reply.tool_calls):
        st.caption("The model ended its reply without a word.")


def show_blocks(text: str) -> None:
    """Draw a text in the same elements in which it streamed, so that nothing moves when it has ended."""
    for block in _blocks(text):
        st.markdown(block)


@lru_cache(maxsize=BLOCKS_KEPT)
def _blocks(text: str) -> tuple[str, ...]:
    return tuple(inert(block) for block in split(text))


def _show_reasoning(head: DeltaGenerator, turn: Turn) -> None:
    replies = [message.reply for message in turn if message.reply and message.reply.reasoning]
    if replies:
        with head.status(_thought(replies), state="complete", type="compact"):
            show_blocks("\n\n".join(reply.reasoning for reply in replies))


def _text(turn: Turn) -> str:
    return "".join(message.content for message in turn)


def _thought(replies: Sequence[Reply]) -> str:
    ms = 0.0
    for timing in (reply.timing for reply in replies):
        if timing.reasoning_ttft_ms is not None:
            until = timing.ttft_ms or timing.last_token_ms or timing.reasoning_ttft_ms
            ms += until - timing.reasoning_ttft_ms
    return f"Thought for {max(1, round(ms / 1000))} s"


def _arguments(text: str) -> str:
    """A tool call's JSON as keyword arguments; as it is where it is not an object."""
    try:
        arguments = json.loads(text or "{}")
    except ValueError:
        return text
    if not isinstance(arguments, dict):
        return text
    return ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in arguments.items())
