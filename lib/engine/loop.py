"""The process's one event loop for upstream streams, in its own daemon thread."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Loop:
    """Runs coroutines for threads that have no loop."""

    def __init__(self) -> None:
        # Upstream streams are asyncio because cancelling a task closes its
        # connection within 1 ms. Closing a blocking client's stream from another
        # thread left its reader waiting for 8 s (measured with openai 3.54).
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="engine-loop", daemon=True)
        self._thread.start()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Start a coroutine; cancelling the future cancels it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def stop(self, close: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Cancel what still runs, close what it has used, and end the thread."""
        if self._loop.is_closed():
            return
        self.submit(_cancel_the_rest()).result(timeout=5)
        if close:
            self.submit(close()).result(timeout=5)  # now, when nothing opens it anew
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()


async def _cancel_the_rest() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # `run_forever` skips what `asyncio.run` does at its end:
    # without this, half-read streams would keep their connections.
    await asyncio.get_running_loop().shutdown_asyncgens()
