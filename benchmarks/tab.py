"""A page of a Streamlit app without a browser: cheap enough to hold hundreds of them."""

import asyncio
import time
from dataclasses import dataclass
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.prompts import Prompt

PATIENCE = 60.0
"""Seconds to wait for a page to be drawn."""


@dataclass(slots=True)
class Seen:
    """What came through the socket while a reply streamed; times in ms since the epoch, 0: never."""

    first: float = 0.0
    last: float = 0.0
    gap: float = 0.0
    """The longest time between two messages, from the first word to the last."""
    size: int = 0
    """Bytes."""


class Tab:
    """Use it as a context manager: it opens the page at `url` and closes it."""

    def __init__(self, url: str, address: str = "", page: str = "", cookie: str = "") -> None:
        """`address` is the query string, `page` the path; without one it is the chat."""
        self._url = url.replace("http", "ws", 1) + "/_stcore/stream"
        self.address = address
        """The query string, as the address bar shows it."""
        self._headers = {"Cookie": cookie} if cookie else {}
        self._page_name, self._page, self._box = page, "", ""
        self._cached: set[str] = set()

    async def __aenter__(self) -> "Tab":
        self._socket = await self._connect("streamlit")
        self.opened_with = await self.rerun()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.leave()

    async def join(self) -> None:
        """Open the page of a reply that runs: the page's run ends only with it. Close it with `leave`."""
        self._socket = await self._connect("streamlit")
        await self._send(self._rerun())

    async def leave(self) -> None:
        """Close the page."""
        await self._socket.close()

    async def rerun(self) -> int:
        """Let the page be drawn again; returns the bytes it took."""
        await self._send(self._rerun())
        return await self.settle()

    async def ask(self, prompt: Prompt) -> None:
        """Send a prompt, as Enter in the message box does."""
        message = self._rerun()
        box = message.rerun_script.widget_states.widgets.add()
        box.id, box.chat_input_value.data = self._box, str(prompt)
        await self._send(message)

    async def begin(self, prompt: Prompt) -> None:
        """Send the first prompt of a new conversation, and wait until that has an address."""
        before = self.address
        await self.ask(prompt)
        async with asyncio.timeout(PATIENCE):
            while self.address == before:
                await self.take()

    async def receive(self) -> bytes:
        """The next message, as it came."""
        data: bytes = await self._socket.recv(decode=False)
        return data

    async def take(self) -> None:
        """Take the next message."""
        self._take(ForwardMsg.FromString(await self.receive()))

    async def settle(self) -> int:
        """Take all messages up to the end of the run; returns their bytes."""
        size, is_over = 0, False
        async with asyncio.timeout(PATIENCE):
            while not is_over:
                data = await self.receive()
                size += len(data)
                is_over = self._take(ForwardMsg.FromString(data))
        return size

    async def watch(self, prompt: Prompt) -> Seen:
        """Follow a reply up to its last word. Frames are only searched: that leaves the server the CPU."""
        first_word, last_word = prompt.first_word.encode(), prompt.last_word.encode()
        seen, before = Seen(), 0.0
        while not seen.last:
            data = await self.receive()
            now = time.time() * 1000
            seen.size += len(data)
            if seen.first:
                seen.gap = max(seen.gap, now - before)
            elif first_word in data:
                seen.first = now
            before = now
            if last_word in data:
                seen.last = now
        return seen

    async def _connect(self, *protocols: str) -> ClientConnection:
        return await connect(
            self._url,
            subprotocols=[Subprotocol(name) for name in protocols],
            additional_headers=self._headers,
            compression=None,
            max_size=None,
            max_queue=None,
            open_timeout=PATIENCE,
            ping_interval=None,
        )

    def _rerun(self) -> BackMsg:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.address, self._page
        state.page_name = "" if self._page else self._page_name
        state.widget_states.SetInParent()
        state.cached_message_hashes.extend(self._cached)
        return message

    async def _send(self, message: BackMsg) -> None:
        await self._socket.send(message.SerializeToString())

    def _take(self, message: ForwardMsg) -> bool:
        """Remember what a browser remembers; says whether the run is over."""
        if message.metadata.cacheable:
            self._cached.add(message.hash)
        match message.WhichOneof("type"):
            case "new_session":
                self._page = message.new_session.page_script_hash
            case "navigation":
                self._page = message.navigation.page_script_hash
            case "page_info_changed":
                self.address = message.page_info_changed.query_string
            case "delta" if message.delta.new_element.WhichOneof("type") == "chat_input":
                self._box = message.delta.new_element.chat_input.id
            case "script_finished":
                return message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False
