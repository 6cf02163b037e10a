"""How the server stops: SIGTERM lets running replies end, a second one stops at once, as Ctrl+C does.

At either end everything is written, and the other processes need not wait until this one seems dead.
"""

import asyncio
import signal
import threading
import time
from contextlib import suppress
from types import FrameType

from starlette.concurrency import run_in_threadpool
from uvicorn import Server

from lib.app import App
from lib.store.database.errors import StoreError
from lib.web.room import audience

HAND_OVER_SECONDS = 3.0
"""How long other processes are given to be found: a proxy that asks `/ready` each second knows by then."""
LAST_SENDS_SECONDS = 3.0
"""How long a page's last click may wait for its turn once the page has gone: it may need a second."""
CLOSING_SECONDS = 5
"""How long a request that is being answered may take once the replies have ended."""


def install(application: App) -> None:
    """Handle the signals from now on. uvicorn has installed its own handlers before it imports the app."""
    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread may set signal handlers
    _let_audiences_go_at(signal.SIGINT)
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if isinstance(server, Server):
        shutdown = Shutdown(application, server)
        signal.signal(signal.SIGTERM, shutdown.begin)


class Shutdown:
    """The end of one server; made on its loop. The handlers may interrupt anything: they take no lock."""

    def __init__(self, application: App, server: Server) -> None:
        self._application, self._server = application, server
        self._loop = asyncio.get_running_loop()
        self._replies_ended = asyncio.Event()
        self._ending: asyncio.Task[None] | None = None

    def begin(self, _number: int, _frame: FrameType | None) -> None:
        """Stop when no reply runs any more, after the grace at the latest."""
        signal.signal(signal.SIGTERM, self._stop_at_signal)
        if not self._application.store.is_on_server:  # nobody else can take the pages
            self._application.engine.drain(self._application.settings.grace_seconds, self._note_end)
        self._loop.call_soon_threadsafe(self._end)

    def _note_end(self) -> None:
        with suppress(RuntimeError):  # a second signal has stopped the server in the meantime
            self._loop.call_soon_threadsafe(self._replies_ended.set)

    def _stop_at_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop)

    def _end(self) -> None:
        self._ending = asyncio.create_task(self._end_in_order())

    async def _end_in_order(self) -> None:
        if self._application.store.is_on_server:
            await self._hand_over()
        await self._replies_ended.wait()
        self._stop()

    async def _hand_over(self) -> None:
        """Send the pages to the other processes, if there are any.

        What is sent until the pages go is taken, also what their runs come to only then: nobody is asked to
        send it again, least of all on a page that is gone.
        """
        engine, grace = self._application.engine, self._application.settings.grace_seconds
        deadline = time.monotonic() + grace
        await run_in_threadpool(engine.announce_stop)
        if await run_in_threadpool(self._has_others):
            await asyncio.sleep(HAND_OVER_SECONDS)
            # As uvicorn does at its end: pages connect again, and what is being sent is sent first.
            for connection in list(self._server.server_state.connections):
                connection.shutdown()
            await asyncio.sleep(LAST_SENDS_SECONDS)
        engine.drain(deadline - time.monotonic(), self._note_end)

    def _has_others(self) -> bool:
        """Whether others can take the pages: there are some beside this process, on the same database."""
        try:
            return len(self._application.store.processes.beats()) > 1
        except StoreError:
            return False

    def _stop(self) -> None:
        audience.stop()
        self._server.config.timeout_graceful_shutdown = CLOSING_SECONDS
        # Not through uvicorn's handler: it would end the process by the signal, which is no success.
        self._server.should_exit = True


def _let_audiences_go_at(number: signal.Signals) -> None:
    """Close the followers' connections when the server stops, which otherwise waits for them."""
    # uvicorn's handler. `sse-starlette` cannot do this for us (docs/decisions/0023).
    end = signal.getsignal(number)

    def leave(number: int, frame: FrameType | None) -> None:
        audience.stop()
        if callable(end):
            end(number, frame)

    signal.signal(number, leave)
