"""A tab that reads all the time, presses buttons, gets lost and comes back."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed

from benchmarks.prompts import Prompt
from benchmarks.tab import Tab
from tests.page_tree import PageTree

PATIENCE = 45.0
"""Seconds; the longest reply takes less than half of it."""

BEGINNING_SECONDS = 10.0
"""A page that begins no run within this time is refreshed, as people do."""


class LivingTab(Tab):
    """What a browser holds of a page, as far as a soak needs it."""

    def __init__(self, url: str, address: str = "") -> None:
        super().__init__(url, address)
        self.tree = PageTree()
        self.is_running = self._waits_for_run = False
        self._session_id = ""
        self._held: dict[str, WidgetState] = {}
        self._known: dict[str, ForwardMsg] = {}
        self._news = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    def __str__(self) -> str:
        run = "a run that did not begin" if self._waits_for_run else "a run that did not end"
        return f"{self._url} {self.address} with {run if self.is_running else 'no run'}"

    async def open(self) -> None:
        """Open the page, or connect again to its session when the connection was lost."""
        names = ("streamlit", "no-token", self._session_id) if self._session_id else ("streamlit",)
        self._socket = await self._connect(*names)
        self._reading = asyncio.create_task(self._read())
        self._reading.add_done_callback(lambda _: self._news.set())
        await self.draw()

    async def close(self) -> None:
        """Close the tab."""
        await self._socket.close()
        await self._end_reading()

    async def drop(self) -> None:
        """Lose the connection without a goodbye."""
        self._socket.transport.abort()
        await self._end_reading()

    async def draw(self) -> None:
        """Ask for a run of the page."""
        await self._press()

    async def ask(self, prompt: Prompt) -> None:
        """Write into the message box and press Enter."""
        box = WidgetState(id=self._box)
        box.chat_input_value.data = str(prompt)
        await self._press(box)

    async def click(self, key: str) -> bool:
        """Press a button, if it is there."""
        if node := self.tree.find(key):
            await self._press(WidgetState(id=node.proto.id, trigger_value=True), fragment=node.fragment)
        return node is not None

    def shows(self, key: str) -> bool:
        return self.tree.find(key) is not None

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        """Raises `TimeoutError`, and `ConnectionError` when the server closed the connection."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                if self._reading and self._reading.done():
                    raise ConnectionError(f"The page went away: {self._reading.exception()!r}")
                self._news.clear()
                await self._news.wait()

    async def begins(self) -> bool:
        """Wait for the beginning of the run that was asked for; `False` when it does not come."""
        try:
            async with asyncio.timeout(BEGINNING_SECONDS):
                await self.wait_for(lambda: not self._waits_for_run)
        except TimeoutError:
            return False
        return True

    async def wait_until_idle(self) -> None:
        """Wait for the end of the run: a run that follows a reply ends with it."""
        await self.wait_for(lambda: not self.is_running)

    async def _press(self, *triggers: WidgetState, fragment: str = "") -> None:
        message: BackMsg = self._rerun()
        message.rerun_script.fragment_id = fragment
        message.rerun_script.widget_states.widgets.extend([*self._held.values(), *triggers])
        self._waits_for_run = self.is_running = True
        await self._send(message)

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                self._take(ForwardMsg.FromString(await self._socket.recv(decode=False)))
                self._news.set()

    async def _end_reading(self) -> None:
        if self._reading:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    def _take(self, message: ForwardMsg) -> bool:
        is_over = super()._take(message)
        message = self._whole(message)
        self.tree.apply(message)
        match message.WhichOneof("type"):
            case "new_session":
                self._waits_for_run, self.is_running = False, True
                self._session_id = message.new_session.initialize.session_id
            case "script_finished":
                self.is_running = self._waits_for_run or not is_over
            case "delta":
                self._hold(message)
        return is_over

    def _whole(self, message: ForwardMsg) -> ForwardMsg:
        """The message itself, or the one that it refers to, at this message's place."""
        if message.metadata.cacheable:
            self._known[message.hash] = message
        if message.WhichOneof("type") != "ref_hash":
            return message
        known = ForwardMsg()
        known.CopyFrom(self._known[message.ref_hash])
        known.metadata.CopyFrom(message.metadata)
        return known

    def _hold(self, message: ForwardMsg) -> None:
        """Take the text of a text field: the hidden one holds the id of the next send."""
        element = message.delta.new_element
        if element.WhichOneof("type") == "text_input":
            field = element.text_input
            if field.set_value or field.id not in self._held:
                text = field.value if field.set_value else field.default
                self._held[field.id] = WidgetState(id=field.id, string_value=text)
