"""A device that follows a room."""

import asyncio
from collections import deque
from collections.abc import Callable

MOST_WAITING = 100
"""Messages that can queue for a slow follower. Beyond that it gets the whole state instead."""


class Follower:
    """One device. It receives messages at its own speed and delays nobody."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._is_there = asyncio.Event()
        self._needs_state = True
        self.is_gone = False
        """Whether its place has been given to another."""

    def give(self, message: bytes) -> None:
        """Queue a message; if too many wait, replace them with the whole state."""
        if self._needs_state:
            return
        self._waiting.append(message)
        if len(self._waiting) > MOST_WAITING:
            self.restart()
        self._is_there.set()

    def restart(self) -> None:
        """Send the whole state next."""
        # Slow followers get the whole state, so no event needs an id for `Last-Event-ID`.
        self._waiting.clear()
        self._needs_state = True
        self._is_there.set()

    def wake(self) -> None:
        self._is_there.set()

    def go(self) -> None:
        """Disconnect the follower: its place belongs to another now."""
        self.is_gone = True
        self._is_there.set()

    async def take(self, state: Callable[[], bytes]) -> bytes:
        """Wait, then return all queued messages or the whole state; empty if it was only woken."""
        await self._is_there.wait()
        self._is_there.clear()
        if self._needs_state:
            self._needs_state = False
            return state()
        messages = b"".join(self._waiting)
        self._waiting.clear()
        return messages
