"""A tape while its reply runs: one writer (the loop's thread), any number of followers."""

import threading
import weakref
from collections.abc import Callable, Sequence

from lib.domain.reply.fold import Closing, Fold
from lib.domain.reply.reply import Reply
from lib.domain.reply.tape import CLOSING, Event
from lib.domain.reply.usage import Usage


class LiveTape:
    """An append-only list of events that wakes its followers when it grows."""

    tells_thinking = True
    """Whether followers may see how the model came to its answer."""

    def __init__(
        self, reply_id: str, conversation_id: str, person_id: str, *, is_remote: bool = False
    ) -> None:
        self.reply_id = reply_id
        self.conversation_id = conversation_id
        self.person_id = person_id
        """Who may follow it."""
        self.is_remote = is_remote
        """Whether another process runs the reply."""
        self.events: list[Event] = []
        """Append-only: a reader may read at any time, up to the length that it has seen."""
        self.is_closed = False
        lock = threading.Lock()
        # Two conditions: hundreds of followers that wait for their next frame must not wake at each event.
        self._grown, self._closed = threading.Condition(lock), threading.Condition(lock)
        self._listeners: list[Callable[[], None]] = []
        self._fold, self._folded = Fold(), 0
        # Not the writer's lock: folding may take a while, and all replies stream on the writer's thread.
        self._folding = threading.Lock()

    def append(self, events: Sequence[Event]) -> bool:
        """Add events; drop any after the closing event. Return whether this call closed the tape."""
        with self._grown:
            if self.is_closed:
                return False
            self.events.extend(events)
            self.is_closed = bool(events) and isinstance(events[-1], CLOSING)
            self._grown.notify_all()
            if self.is_closed:
                self._closed.notify_all()
            is_closed, listeners = self.is_closed, tuple(self._listeners)
        # Outside the lock, which is not reentrant: a listener may read the tape, or unsubscribe.
        for listener in listeners:
            listener()
        return is_closed

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` whenever the tape grows; return a function that unsubscribes it.

        It runs on the writer's thread: it may only wake a thread or loop of its own, without delay.
        """
        with self._grown:
            self._listeners.append(listener)
        return lambda: self._leave(listener)

    def wait(self, seen: int, timeout: float) -> bool:
        """Wait for more than `seen` events, `timeout` seconds at most; return whether there are."""
        with self._grown:
            return self._grown.wait_for(lambda: len(self.events) > seen, timeout)

    def wait_closed(self, timeout: float | None = None) -> bool:
        """Wait until the tape is closed, `timeout` seconds at most; return whether it is."""
        with self._closed:
            return self._closed.wait_for(lambda: self.is_closed, timeout)

    def reply(self) -> Reply:
        """The reply, folded from the events so far."""
        with self._folding:
            return self._fold_on().reply()

    def so_far(self, prompt_tokens: int | None = None, elapsed_ms: float | None = None) -> Reply:
        """The reply so far, with the figures of a running reply: see `Fold.so_far`."""
        with self._folding:
            return self._fold_on().so_far(prompt_tokens, elapsed_ms)

    def usage(self, prompt_tokens: int | None, closing: Closing) -> Usage:
        """The usage to close the tape with: see `Fold.usage`."""
        with self._folding:
            return self._fold_on().usage(prompt_tokens, closing)

    def keep_for(self, owner: object) -> None:
        """Keep the tape for as long as `owner` exists: a chat in memory has no other copy of its words."""
        # A limit on their number would lose words: any number of tapes may close while a laptop sleeps. The
        # owner is a value with no field for a tape, so its finalizer, which does nothing, holds the tape.
        weakref.finalize(owner, _no_more, self).atexit = False

    def _fold_on(self) -> Fold:
        """Fold the events that came since the last call: each is folded once, when somebody first looks."""
        # Without the writer's lock: the writer only appends, and a slice is one step of the interpreter.
        events = self.events[self._folded :]
        self._folded += len(events)
        self._fold.extend(events)
        return self._fold

    def _leave(self, listener: Callable[[], None]) -> None:
        with self._grown:
            if listener in self._listeners:
                self._listeners.remove(listener)


def _no_more(_: LiveTape) -> None:
    """Do nothing: as the owner's finalizer, this keeps the tape for as long as the owner exists."""
