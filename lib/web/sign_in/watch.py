"""Open pages: each ends within seconds once its sign-in has ended, on every process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.types import Message, Receive, Send

from lib.domain.people.identity import Identity
from lib.store.database.errors import StoreError

LOOK_SECONDS = 1.0
"""How often the store is asked whether the open pages' sign-ins are still valid."""
FAREWELL_SECONDS = 1.5
"""How long a page whose sign-in has ended stays connected: it leads its visitor to the sign-in page."""
ENDED = 4001
"""The close code of a websocket whose sign-in has ended; codes from 4000 on are an application's own."""

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Page:
    """A websocket, whether it was used since the last look, and whether its sign-in has ended."""

    identity: Identity
    is_used: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Watch:
    """The websockets of this process. For the server's loop only."""

    def __init__(
        self,
        still_valid: Callable[[set[Identity], set[Identity]], Awaitable[set[Identity]]],
        say_farewell: Callable[[Identity], None],
        is_use: Callable[[bytes], bool],
    ) -> None:
        """`still_valid` returns those who may stay, and notes the second ones, who have used a page.

        `say_farewell` tells the pages of the others. `is_use` tells whether a message from a browser is
        something that somebody did there.
        """
        self._still_valid, self._say_farewell, self._is_use = still_valid, say_farewell, is_use
        self._pages: set[_Page] = set()
        self._looking: asyncio.Task[None] | None = None

    async def run(
        self,
        identity: Identity,
        inner: Callable[[Receive, Send], Awaitable[None]],
        receive: Receive,
        send: Send,
    ) -> None:
        """Serve a websocket until it ends by itself or its sign-in does."""
        page = _Page(identity)
        self._pages.add(page)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            await inner(_until(page, self._noting_use(page, receive)), send)
            if page.ended.is_set():
                with suppress(RuntimeError):  # it has closed by itself in the meantime
                    await send({"type": "websocket.close", "code": ENDED})
        finally:
            self._pages.discard(page)

    def _noting_use(self, page: _Page, receive: Receive) -> Receive:
        """Return a `receive` that notes whether somebody uses the page: no other request tells of it."""

        async def received() -> Message:
            message = await receive()
            # Once is enough until the next look: reading a message costs time.
            page.is_used = page.is_used or self._is_use(message.get("bytes") or b"")
            return message

        return received

    async def _look(self) -> None:
        is_told = False
        while self._pages:
            await asyncio.sleep(LOOK_SECONDS)
            identities = {page.identity for page in self._pages}
            used = [page for page in self._pages if page.is_used]
            for page in used:
                page.is_used = False
            try:
                valid = await self._still_valid(identities, {page.identity for page in used})
            except StoreError as error:
                if not is_told:  # not each second
                    log.warning("Whether open pages are still signed in cannot be checked: %s", error)
                is_told = True
                for page in used:
                    page.is_used = True
                continue
            is_told = False
            if gone := identities - valid:
                await self._end(gone)

    async def _end(self, gone: set[Identity]) -> None:
        for identity in gone:
            self._say_farewell(identity)
        await asyncio.sleep(FAREWELL_SECONDS)
        for page in self._pages:
            if page.identity in gone:
                page.ended.set()


def _until(page: _Page, receive: Receive) -> Receive:
    """Return a `receive` that tells of the websocket's end once the page's sign-in has ended."""

    async def received() -> Message:
        message = asyncio.ensure_future(receive())
        ended = asyncio.ensure_future(page.ended.wait())
        try:
            await asyncio.wait((message, ended), return_when=asyncio.FIRST_COMPLETED)
            if page.ended.is_set():
                return {"type": "websocket.disconnect", "code": ENDED}
            return message.result()
        finally:
            ended.cancel()
            if not message.done():
                message.cancel()

    return received
