"""Replies shown at one speed, so that nobody can recognize a model by its speed.

A synchronized tape is a copy of a running one, for people who must not know which model writes it. The tapes
of a group get their text in step, no faster than `CHARACTERS_PER_SECOND` and than the slowest one that still
runs. The copy holds text and an end, but no reasoning, no names and no times of its model.
"""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from lib.domain.reply.reply import Reply
from lib.domain.reply.tape import Content, ContentWasReasoning, Event, Interrupted, Stopped, text_of
from lib.engine.live import LiveTape
from lib.engine.loop import Loop

# The shortest time between two frames of a page (`FRAME_SECONDS` in `lib/ui/shell/scheduler.py`).
TICK_SECONDS = 0.1
CHARACTERS_PER_SECOND = 260
"""About 65 tokens a second: faster than people read, slower than most models write."""


class SynchronizedTape(LiveTape):
    """Follows another tape at the pace of its group."""

    tells_thinking = False

    def __init__(self, source: LiveTape) -> None:
        super().__init__(
            source.reply_id, source.conversation_id, source.person_id, is_remote=source.is_remote
        )
        self.source = source
        self.text = ""
        """What the model has written so far."""
        self.shown = 0
        """How many characters of `text` are on this tape."""
        self._seen = 0

    def reply(self) -> Reply:
        """The reply on the model's own tape so far, with the true figures."""
        return self.source.reply()

    def so_far(self, prompt_tokens: int | None = None, elapsed_ms: float | None = None) -> Reply:
        return self.source.so_far(prompt_tokens, elapsed_ms)

    def read(self) -> None:
        """Copy what the model has written since the last call."""
        events = self.source.events[self._seen :]
        self._seen += len(events)
        if any(isinstance(event, ContentWasReasoning) for event in events):
            self.text, self.shown = "", 0
            self.append([ContentWasReasoning(events[-1].at_ms)])
        self.text += text_of(events)

    @property
    def has_ended(self) -> bool:
        """Whether the model has ended, and `text` holds everything that it wrote."""
        return self.source.is_closed and self._seen == len(self.source.events)

    def show(self, until: int, at_ms: float) -> None:
        """Append the text up to the character `until`, and the end once it is reached."""
        piece = self.text[self.shown : until]
        self.shown += len(piece)
        events: list[Event] = [Content(at_ms, piece)] if piece else []
        if self.has_ended and self.shown == len(self.text):
            events.append(self.source.events[-1])
        self.append(events)


@dataclass(slots=True)
class _Group:
    """Tapes that are written in step."""

    tapes: list[SynchronizedTape] = field(default_factory=list)
    is_complete: bool = False
    """Whether all its tapes have joined."""
    is_hurried: bool = False
    """Whether the pace no longer matters."""

    def is_ready(self) -> bool:
        """Whether each tape has something to show or has ended."""
        return self.is_complete and all(tape.text or tape.has_ended for tape in self.tapes)

    def limit(self, wanted: int) -> int:
        """How many of the `wanted` characters each tape may show now."""
        if self.is_hurried or self._was_stopped():
            return max((len(tape.text) for tape in self.tapes), default=0)
        return min([wanted, *(len(tape.text) for tape in self.tapes if not tape.has_ended)])

    def _was_stopped(self) -> bool:
        ended = all(tape.has_ended for tape in self.tapes)
        return ended and any(isinstance(tape.source.events[-1], Stopped | Interrupted) for tape in self.tapes)


class SynchronizedTapes:
    """The synchronized tapes of this process."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._expected: dict[tuple[str, str], _Group] = {}
        """The groups that are being put together, by person and conversation."""
        self._writing: dict[str, tuple[_Group, SynchronizedTape]] = {}
        """The tapes that are not yet written to their end, by reply id."""
        self._lock = threading.Lock()

    @contextmanager
    def together(self, person_id: str, conversation_ids: Sequence[str]) -> Iterator[None]:
        """Synchronize the replies that begin in a person's conversations while the context lasts."""
        group, expected = _Group(), [(person_id, id_) for id_ in conversation_ids]
        with self._lock:
            self._expected.update(dict.fromkeys(expected, group))
        try:
            yield
        finally:
            with self._lock:
                for key in expected:
                    self._expected.pop(key, None)
            group.is_complete = True
            if group.tapes:
                self._loop.submit(self._write(group))

    def follow(self, tapes: Sequence[LiveTape]) -> None:
        """Synchronize replies that another process has begun, unless they are already."""
        group = _Group([SynchronizedTape(tape) for tape in tapes], is_complete=True)
        with self._lock:
            if any(tape.reply_id in self._writing for tape in group.tapes):
                return
            self._writing |= {tape.reply_id: (group, tape) for tape in group.tapes}
        self._loop.submit(self._write(group))

    def join(self, tape: LiveTape) -> None:
        """Give a reply that begins a synchronized tape, if its conversation expects one."""
        with self._lock:
            if group := self._expected.get((tape.person_id, tape.conversation_id)):
                synchronized = SynchronizedTape(tape)
                group.tapes.append(synchronized)
                self._writing[tape.reply_id] = group, synchronized

    def tape(self, reply_id: str) -> SynchronizedTape | None:
        """The synchronized tape of a reply, until it is written to its end."""
        _, tape = self._writing.get(reply_id, (None, None))
        return tape

    def hurry(self, person_id: str, conversation_id: str) -> None:
        """Write the rest of a conversation's group at once: its models are revealed, or it was stopped."""
        with self._lock:
            for group, tape in self._writing.values():
                is_own = tape.person_id == person_id
                group.is_hurried |= is_own and tape.conversation_id == conversation_id

    async def _write(self, group: _Group) -> None:
        try:
            started = time.monotonic()
            while not all(tape.is_closed for tape in group.tapes):
                await asyncio.sleep(TICK_SECONDS)
                for tape in group.tapes:
                    tape.read()
                if not group.is_ready() and not group.is_hurried:
                    started = time.monotonic()
                    continue
                seconds = time.monotonic() - started
                limit = group.limit(round(seconds * CHARACTERS_PER_SECOND))
                for tape in group.tapes:
                    tape.show(limit, seconds * 1000)
        finally:
            self._let_go(group)

    def _let_go(self, group: _Group) -> None:
        for tape in group.tapes:
            tape.append([Interrupted(0.0)])  # no effect on a closed tape
            with self._lock:
                self._writing.pop(tape.reply_id, None)
