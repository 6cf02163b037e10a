"""A live tape as frames for `st.write_stream`: few, small, and fewer when the process is busy."""

import time
from collections.abc import Callable, Iterator, Sequence

import streamlit as st

from lib.domain.reply.tape import Content, ContentWasReasoning, Reasoning, Retried, ToolCall
from lib.domain.text.blocks import BlockSplitter
from lib.domain.text.markdown.literal import Markdown
from lib.domain.text.sanitize_markdown import sanitized
from lib.domain.text.sentences import Said
from lib.engine.live import LiveTape
from lib.ui.server import followers
from lib.ui.shell import scheduler
from lib.ui.state import widgets

SILENCE_SECONDS = 0.5
"""How often a follower of a silent stream checks whether its page is still open."""


class ReplacingFrame(Markdown):
    """A frame that replaces the open element's text instead of being added to it.

    `st.write_stream` only appends chunks. The open block of a reply cannot be drawn that way: what looks like
    text may turn out to be a formula or an image.
    """

    def __radd__(self, _shown: str) -> str:
        return str(self)


Frame = ReplacingFrame | Callable[[], None]


def frames(
    tape: LiveTape,
    kind: type[Content] | type[Reasoning],
    *,
    start: int = 0,
    before: str = "",
    written: Callable[[str], str] = str,
    beside: int = 0,
) -> Iterator[Frame]:
    """Yield the tape's content, or its reasoning, from event `start` to the end, for `st.write_stream`.

    `before` is the text that the tape continues; `written` turns each piece into markdown; `beside` is how
    many other replies stream on the page. Reasoning ends when content or a tool call begins. The first and
    the last frame are yielded without delay.
    """
    splitter, seen, is_over = BlockSplitter(), start, False
    with followers.follower():
        yield from _drawn(splitter.feed(written(before)), splitter.shown)
        while not is_over:
            _wait(tape, seen)
            # Read before the events: what arrives in between is drawn in one more pass.
            is_over = tape.is_closed
            events = tape.events[seen:]
            seen += len(events)
            # `st.write_stream` cannot take back what it has closed.
            if any(isinstance(event, ContentWasReasoning) for event in events):
                st.rerun()  # the drawn text is no answer: the rerun draws it as thinking
            text = "".join(event.text for event in events if isinstance(event, kind))
            began = time.monotonic()
            yield from _drawn(splitter.feed(written(text)), splitter.shown if text else "")
            is_over = is_over or (
                kind is Reasoning and any(isinstance(e, Content | ToolCall) for e in events)
            )
            if text and not is_over:
                # This wakes only at the end. Waking for each event would cost the process more than the
                # frames.
                tape.wait_closed(_rest(began, scheduler.frame_seconds(len(splitter.open), beside)))
        yield from _drawn(splitter.close(), "")


def where_it_begins(tape: LiveTape) -> int:
    """Return the event from which content is the answer: after content that turned out to be thinking."""
    places = (at for at, event in enumerate(tape.events) if isinstance(event, ContentWasReasoning))
    return max(places, default=-1) + 1


def first_kind(
    tape: LiveTape, start: int, on_retried: Callable[[Said], object]
) -> type[Content | Reasoning | ToolCall] | None:
    """Wait for the first piece of an answer from event `start` on; return its kind, `None` if there is none.

    `on_retried` is called with the reason whenever the request is about to be retried.
    """
    seen = start
    while True:
        _wait(tape, seen)
        is_over = tape.is_closed
        events = tape.events[seen:]
        seen += len(events)
        for event in events:
            if isinstance(event, Content | Reasoning | ToolCall):
                return type(event)
            if isinstance(event, Retried):
                on_retried(event.reason)
        if is_over:
            return None


def _wait(tape: LiveTape, seen: int) -> None:
    """Wait for more than `seen` events."""
    # Streamlit ends a script only inside its own calls, and a silent reply makes none: without a check every
    # half second, a closed page would follow the reply to its end.
    while not tape.wait(seen, SILENCE_SECONDS):
        widgets.still_here()


def _rest(began: float, frame_seconds: float) -> float:
    """Return the seconds until the next frame: drawing counts, but a busy process rests half of the time."""
    return max(frame_seconds / 2, began + frame_seconds - time.monotonic())


def _drawn(finished: Sequence[str], still_open: str) -> Iterator[Frame]:
    """Yield finished blocks, each in its own element, which is not sent again, then the open one."""
    for block in finished:
        yield ReplacingFrame(sanitized(block))
        yield _close_block
    if still_open:
        yield ReplacingFrame(sanitized(still_open, is_open=True))


def _close_block() -> None:
    """Do nothing: `st.write_stream` starts a new element after a callable."""
