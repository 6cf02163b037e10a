"""Plays whole tapes by a clock; a page follows them like live replies."""

import asyncio
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager

from lib.domain.comparison.playback import ORIGINAL, Pace, moments
from lib.domain.reply.tape import Event
from lib.engine.live import LiveTape
from lib.engine.loop import Loop

LEASE_SECONDS = 5.0
"""How long an unwatched player plays on: a page that reruns is back sooner."""
LOOK_SECONDS = 1.0
"""The longest sleep: after it, the player checks whether anybody still watches."""

_Cue = tuple[float, str, Event]
"""When an event is played, in seconds; the id of its reply; the event."""


class Player:
    """Plays several tapes at once: one coroutine on the engine's loop while it plays, nothing while it is
    paused. Its methods may be called from any thread.

    Its `tapes` are followed like those of running replies. They are append-only: jumping to another time
    replaces them with new ones.
    """

    def __init__(
        self,
        loop: Loop,
        recorded: Mapping[str, Sequence[Event]],
        *,
        later: Collection[str] = (),
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        """Take whole tapes by the id of their reply; those in `later` begin when all others have ended."""
        self._loop, self._recorded, self._later = loop, recorded, later
        self._lease_seconds = lease_seconds
        # Reentrant: methods that hold the lock read `position`, which takes it too.
        self._changed = threading.Condition(threading.RLock())
        self._playing: Future[None] | None = None
        self._run_number = self._watchers = self._next = 0
        self._seen_at = self._began_at = self._stood_at = 0.0
        self._cues: list[_Cue] = []
        self.tapes: dict[str, LiveTape] = {}
        self.pace = ORIGINAL
        self.seconds = 0.0
        """How long it plays in all, at the current pace."""
        with self._changed:
            self._schedule()
            self._stand(0.0)

    @property
    def is_playing(self) -> bool:
        return self._playing is not None

    @property
    def is_over(self) -> bool:
        """Whether everything has been played."""
        return self._next == len(self._cues)

    @property
    def position(self) -> float:
        """Seconds from the start."""
        with self._changed:
            passed = time.monotonic() - self._began_at if self._playing else 0.0
            return min(self._stood_at + passed, self.seconds)

    def play(self) -> None:
        """Play on, or from the start if everything has been played."""
        with self._changed:
            if not self._playing:
                if self.is_over:
                    self._stand(0.0)
                self._go()

    def pause(self) -> None:
        """Stop at the current position."""
        with self._changed:
            self._halt()

    def seek(self, seconds: float) -> None:
        """Jump to a time, forward or back; a running player plays on from there."""
        with self._changed:
            was_playing = self._halt()
            self._stand(seconds)
            if was_playing:
                self._go()

    def set_pace(self, pace: Pace) -> None:
        """Continue at another pace; the share that has been played stays the same."""
        with self._changed:
            was_playing = self._halt()
            part = self._stood_at / self.seconds if self.seconds else float(self.is_over)
            self.pace = pace
            self._schedule()
            self._stand(part * self.seconds)
            if was_playing:
                self._go()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count a watcher for as long as the context lasts; an unwatched player soon pauses by itself."""
        with self._changed:
            self._watchers += 1
        try:
            yield
        finally:
            with self._changed:
                self._watchers, self._seen_at = self._watchers - 1, time.monotonic()

    def wait(self, timeout: float) -> None:
        """Wait until a tape ends or the player pauses, `timeout` seconds at most."""
        with self._changed:
            if self._playing:
                self._changed.wait(timeout)

    def _schedule(self) -> None:
        """Sort all events into the order in which they are played."""
        timed = {id_: moments(tape, self.pace) for id_, tape in self._recorded.items()}
        others = max(
            (times[-1] for id_, times in timed.items() if times and id_ not in self._later), default=0
        )
        cues = [
            (at + (others if id_ in self._later else 0.0), id_, event)
            for id_, times in timed.items()
            for at, event in zip(times, self._recorded[id_], strict=True)
        ]
        self._cues = sorted(cues, key=lambda cue: cue[0])
        self.seconds = self._cues[-1][0] if self._cues else 0.0

    def _stand(self, seconds: float) -> None:
        """Set the position, with new tapes that hold what is played by then."""
        self._stood_at, self._next = min(max(seconds, 0.0), self.seconds), 0
        self.tapes = {id_: LiveTape(id_, "", "") for id_ in self._recorded}
        self._play_due(self._stood_at)

    def _go(self) -> None:
        """Play on, if anything is left."""
        if not self.is_over:
            self._run_number += 1
            self._seen_at = self._began_at = time.monotonic()
            self._playing = self._loop.submit(self._run(self._run_number))

    def _halt(self) -> bool:
        """Pause at the current position; return whether the player was playing."""
        if not self._playing:
            return False
        self._stood_at = self.position
        self._playing.cancel()
        self._playing = None
        self._changed.notify_all()
        return True

    async def _run(self, number: int) -> None:
        """Play to the end, or until another run replaces this one."""
        while (seconds := self._step(number)) is not None:
            await asyncio.sleep(seconds)

    def _step(self, number: int) -> float | None:
        """Play what is due; return the seconds until there is more to do, `None` if nothing is left."""
        with self._changed:
            # `cancel` takes effect only at the next `await`: a step that
            # waited for the lock must check for itself.
            if number != self._run_number or not self._playing:
                return None
            position = self.position
            self._play_due(position)
            is_left = not self._watchers and time.monotonic() - self._seen_at > self._lease_seconds
            if self.is_over or is_left:
                self._stood_at, self._playing = position, None
                self._changed.notify_all()
                return None
            return min(max(self._cues[self._next][0] - position, 0.0), LOOK_SECONDS, self._lease_seconds)

    def _play_due(self, position: float) -> None:
        """Append the events that are due at this position to the tapes."""
        due: dict[str, list[Event]] = {}
        while self._next < len(self._cues) and self._cues[self._next][0] <= position:
            _, id_, event = self._cues[self._next]
            due.setdefault(id_, []).append(event)
            self._next += 1
        for id_, events in due.items():
            if self.tapes[id_].append(events):
                self._changed.notify_all()
