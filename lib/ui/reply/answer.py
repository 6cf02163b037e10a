"""One answer: its reasoning, text and notices; complete, or while it streams."""

import threading
from collections.abc import Callable, Hashable, Sequence
from itertools import dropwhile

import streamlit as st
from cachetools import TTLCache, cached
from streamlit.delta_generator import DeltaGenerator

from lib.domain.conversation.messages import Message
from lib.domain.reply import endings
from lib.domain.reply.errors import ChatError
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State, Timing
from lib.domain.reply.tape import Content, Event, Reasoning, ToolCall
from lib.domain.text.blocks import split
from lib.domain.text.json_block import JsonBlock
from lib.domain.text.markdown.literal import Markdown, md
from lib.domain.text.sanitize_markdown import sanitized
from lib.domain.text.sentences import joined
from lib.engine.live import LiveTape
from lib.i18n.translation import gettext as _
from lib.ui.kit import errors
from lib.ui.reply import attachments, sources, tool_calls
from lib.ui.reply.stream import first_kind, frames, where_it_begins

CHARACTERS_KEPT, FORGOTTEN_SECONDS = 4_000_000, 3600.0
"""Bounds of the cache of blocks: a finished text does not change, and every run draws it."""

Turn = Sequence[Message]
"""A question, or an answer and its continuations."""


def show(turn: Turn) -> None:
    """Draw a complete answer."""
    _show_reasoning(st.empty(), _replies(turn))
    show_blocks(_markdown(turn))


def show_text(turn: Turn) -> None:
    """Draw only the text of an answer, without its reasoning."""
    show_blocks(_markdown(turn))


def stream(tape: LiveTape, earlier: Turn = (), *, is_image_model: bool = False, beside: int = 0) -> None:
    """Draw a running reply as it grows, until it ends.

    A continuation of an answer that broke off (`earlier`) starts in the middle of its last block. `beside` is
    how many other replies stream on the page.
    """
    head, before, start = st.empty(), _replies(earlier), where_it_begins(tape)
    # On a page that joins late: what had arrived as content until then has turned out to be thinking.
    if start and tape.tells_thinking:
        before.append(fold(tape.events[:start]))
    _show_reasoning(head, before)
    waiting = st.empty() if before else head
    words = _("Drawing…") if is_image_model else _("Waiting for the model…")
    waiting.markdown(_shimmering(words))
    kind = first_kind(tape, start, lambda reason: waiting.markdown(_shimmering(joined((words, str(reason))))))
    if kind is Reasoning and not start:
        with waiting.status(_shimmering(_("Thinking…")), type="compact") as status:
            st.write_stream(frames(tape, Reasoning, beside=beside))
        status.update(label=_thought([tape.reply()]), state="complete")
    elif kind is ToolCall:
        waiting.markdown(_shimmering(_("Asking for a tool…")))
    else:
        waiting.empty()
    written = JsonBlock().feed if tape.reply().is_json else str
    st.write_stream(frames(tape, Content, start=start, before=text(earlier), written=written, beside=beside))
    if kind is ToolCall or (tape.tells_thinking and _thinks_late(tape, start)):
        waiting.empty()
        _show_reasoning(head, [*before, fold(tape.events[start:])])


def show_outcome(message: Message, remedy: Callable[[ChatError], None] | None = None) -> None:
    """Draw what is below an answer's text: a refusal, images, tool calls, notices, an error.

    `remedy` draws the button for the error.
    """
    reply = message.reply or Reply()
    if reply.refusal:
        show_blocks(reply.refusal)
    attachments.show_drawn(reply.images, message.id)
    attachments.show_sounds(reply.audio)
    sources.show(reply.citations, message.id)
    for call in reply.tool_calls:
        tool_calls.show(call)
    for notice in reply.notices:
        st.caption(md(":material/info: {}", notice))
    if reply.error:
        errors.show(reply.error)
        if remedy:
            remedy(reply.error)
        errors.show_details(reply.error)
    elif said := endings.remark(reply):
        with st.container(key=f"remark-{message.id}"):
            st.caption(md(":material/info: {}", said))


def show_blind_outcome(message: Message) -> None:
    """Draw what is below an answer whose model is hidden: no errors and notices, which would name it."""
    reply = message.reply or Reply()
    if reply.refusal:
        show_blocks(reply.refusal)
    attachments.show_drawn(reply.images, message.id)
    if reply.state is State.FAILED:
        st.error(_("This answer ended with an error, which the reveal shows."), icon=":material/error:")
    elif reply.state is State.INTERRUPTED:
        st.error(_("This answer was interrupted before it was complete."), icon=":material/error:")
    elif reply.state is State.STOPPED:
        st.caption(_("Stopped"))
    elif not reply.says_something and reply.state is State.COMPLETED:
        st.caption(_("This answer has no text."))


def show_blocks(markdown: str) -> None:
    """Draw a text in the same elements in which it streamed, so that nothing moves when it ends."""
    for block in _blocks(markdown):
        st.markdown(block)


def text(turn: Turn) -> str:
    """Return the text of a turn, unchanged."""
    return "".join(message.content for message in turn)


@cached(
    TTLCache[Hashable, tuple[Markdown, ...]](
        CHARACTERS_KEPT, FORGOTTEN_SECONDS, getsizeof=lambda blocks: 1 + sum(map(len, blocks))
    ),
    # Each page draws on its own thread, and a `TTLCache` is not thread-safe.
    lock=threading.Lock(),
)
def _blocks(markdown: str) -> tuple[Markdown, ...]:
    return tuple(sanitized(block) for block in split(markdown))


def _markdown(turn: Turn) -> str:
    """Return the text of a turn as markdown; requested JSON is indented."""
    reply = turn[-1].reply
    return JsonBlock().feed(text(turn)) if reply and reply.is_json else text(turn)


def _replies(turn: Turn) -> list[Reply]:
    return [message.reply for message in turn if message.reply]


def _show_reasoning(head: DeltaGenerator, replies: Sequence[Reply]) -> None:
    thinking = [reply for reply in replies if reply.reasoning]
    if thinking:
        with head.status(_thought(thinking), state="complete", type="compact"):
            show_blocks("\n\n".join(reply.reasoning for reply in thinking))


def _shimmering(words: str) -> Markdown:
    return md(":shimmer[{}]", words)


def _thinks_late(tape: LiveTape, start: int) -> bool:
    """Return whether a model kept thinking after its answer began: that is shown once the answer ends."""
    pieces = [event for event in tape.events[start:] if isinstance(event, Content | Reasoning | ToolCall)]
    return any(isinstance(event, Reasoning) for event in dropwhile(_is_thinking, pieces))


def _is_thinking(event: Event) -> bool:
    return isinstance(event, Reasoning)


def _thought(replies: Sequence[Reply]) -> str:
    """Return how long it thought; without a time if none was measured, as in another program's export."""
    times = [reply.timing for reply in replies if reply.timing.reasoning_ttft_ms is not None]
    if not times:
        return _("Thought")
    ms = sum(_thinking_ms(timing) for timing in times)
    return _("Thought for {} s").format(max(1, round(ms / 1000)))


def _thinking_ms(timing: Timing) -> float:
    since = timing.reasoning_ttft_ms or 0.0
    ends = (timing.ttft_ms, timing.last_token_ms)
    return next((until for until in ends if until and until >= since), since) - since
