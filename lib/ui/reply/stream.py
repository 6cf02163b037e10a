"""A live tape as frames for `st.write_stream`: few, small, and in step with how busy the process is."""

from collections.abc import Callable, Iterator, Sequence

import streamlit as st

from lib.domain.reply.tape import Content, ContentWasReasoning, Reasoning, ToolCall
from lib.domain.text.blocks import BlockSplitter
from lib.domain.text.markdown.literal import Markdown
from lib.domain.text.sanitize_markdown import inert
from lib.engine.live import LiveTape
from lib.ui.shell import scheduler
from lib.ui.state import widgets

SILENCE_SECONDS = 0.5
"""How often a follower of a silent stream looks whether its page is still there."""


class Whole(Markdown):
    """A frame that replaces the open element's text instead of being added to it.

    `st.write_stream` keeps what it was given and adds each chunk to it. The open block of a reply cannot be
    drawn by adding alone: what looks like text may turn out to be a formula or an image.
    """

    def __radd__(self, _shown: str) -> str:
        return str(self)


Frame = Whole | Callable[[], None]


def frames(
    tape: LiveTape,
    kind: type[Content] | type[Reasoning],
    *,
    start: int = 0,
    before: str = "",
    written: Callable[[str], str] = str,
    beside: int = 0,
) -> Iterator[Frame]:
    """The tape's content, or its reasoning, from event `start` to the end: what `st.write_stream` takes.

    `before` is the text that the tape continues; `written` makes markdown of each piece; `beside` is how many
    other replies stream on the page. Reasoning ends when content or a tool call begins. The first frame comes
    at once; a closing tape is drawn at once.
    """
    splitter, seen, is_over = BlockSplitter(), start, False
    with scheduler.follower():
        yield from _drawn(splitter.feed(written(before)), splitter.open)
        while not is_over:
            _wait(tape, seen)
            # Before the events: what comes in between is drawn in one more round.
            is_over = tape.is_closed
            events = tape.events[seen:]
            seen += len(events)
            # `st.write_stream` cannot take back what it has closed.
            if any(isinstance(event, ContentWasReasoning) for event in events):
                st.rerun()  # what stands on the page is no answer: it is drawn anew as thinking
            text = "".join(event.text for event in events if isinstance(event, kind))
            yield from _drawn(splitter.feed(written(text)), splitter.open if text else "")
            is_over = is_over or (
                kind is Reasoning and any(isinstance(e, Content | ToolCall) for e in events)
            )
            if text and not is_over:
                # Wakes for the end only. A follower that woke for each event would cost the
                # process more than its frames.
                tape.wait_closed(scheduler.frame_seconds(len(splitter.open), beside))
        yield from _drawn(splitter.close(), "")


def where_it_begins(tape: LiveTape) -> int:
    """The event from which on content is the answer: behind content that turned out to be thinking."""
    places = (at for at, event in enumerate(tape.events) if isinstance(event, ContentWasReasoning))
    return max(places, default=-1) + 1


def first_kind(tape: LiveTape, start: int = 0) -> type[Content | Reasoning | ToolCall] | None:
    """Wait for the first piece of an answer from event `start` on, and say what it is; `None` when the tape
    ends without any."""
    seen = start
    while True:
        _wait(tape, seen)
        is_over = tape.is_closed
        events = tape.events[seen:]
        seen += len(events)
        for event in events:
            if isinstance(event, Content | Reasoning | ToolCall):
                return type(event)
        if is_over:
            return None


def _wait(tape: LiveTape, seen: int) -> None:
    """Wait for news."""
    # Streamlit ends a script only at a call of its own, and a silent reply makes none: without a look every
    # half second a page that has gone would be followed to the end.
    while not tape.wait(seen, SILENCE_SECONDS):
        widgets.still_here()


def _drawn(finished: Sequence[str], still_open: str) -> Iterator[Frame]:
    """Finished blocks, each in an element of its own that is not sent again, then the open one."""
    for block in finished:
        yield Whole(inert(block))
        yield _close_block
    if still_open:
        yield Whole(inert(still_open, is_open=True))


def _close_block() -> None:
    """`st.write_stream` starts a new element after a callable: that is all this is for."""
