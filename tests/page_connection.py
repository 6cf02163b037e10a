"""A connection to a page of the real app: Streamlit's websocket, spoken as the browser speaks it."""

import contextlib
import http.client
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.page_tree import Node, PageTree, read
from tests.patience import PATIENCE


class PageConnection:
    """A tab of the app at `url`. Use it as a context manager: it opens the page and closes it."""

    def __init__(
        self, url: str, address: str = "", page: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        self.url = url
        self.headers = dict(headers or {})
        """What the browser sends along: the cookies of whoever is signed in."""
        self.address = address
        """The query string, as the address bar shows it."""
        self.frames: list[bytes] = []
        """All that came through the socket."""
        self.tree = PageTree()
        self.titles: list[str] = []
        """What the browser's tab was called, one after the other."""
        self.is_running = False
        """Whether a script run of this page is under way."""
        self.url = url
        self._host, slash, path = url.partition("//")[2].partition("/")
        self._base = slash + path
        """What a browser puts before the server's paths."""
        self._url = url.replace("http", "ws", 1) + "/_stcore/stream"
        self._page_name, self._page_hash = page, ""
        self._session_id = ""
        self._cache: dict[str, ForwardMsg] = {}
        self._held: dict[str, WidgetState] = {}
        self._answered: dict[str, str] = {}
        self._waits_for_run = self._is_behind = False
        self._last_sent = b""
        self._connections = contextlib.ExitStack()
        self._socket: ClientConnection | None = None

    def __enter__(self) -> Self:
        self._connect()
        self.rerun()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the tab."""
        self._connections.close()

    def drop(self) -> None:
        """Lose the connection without a goodbye, as a laptop that falls asleep."""
        assert self._socket
        with contextlib.suppress(OSError):
            self._socket.socket.shutdown(socket.SHUT_RDWR)
        self._socket.close_socket()

    def reconnect(self) -> None:
        """Connect again to the same session; an interrupted run is asked for again, as the browser does."""
        was_running = self.is_running
        self._connect()
        if was_running:
            self.rerun()

    def wait_until_closed(self) -> None:
        """Wait until the server has closed the connection."""
        try:
            while True:
                self.receive()
        except ConnectionClosed:
            return

    @property
    def text(self) -> str:
        """All that is written on the page, from top to bottom, as it is read."""
        return read("\n\n".join(self.tree.texts()))

    # Waiting.

    def widget(self, key: str) -> Node:
        """The widget with this key, waiting for it."""
        self.wait_for(lambda: self.tree.find(key) is not None, f"The widget {key!r}")
        node = self.tree.find(key)
        assert node
        return node

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        """Take messages until the condition holds. Raises `TimeoutError`."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            try:
                self.receive(deadline - time.monotonic())
            except TimeoutError:
                raise TimeoutError(f"{what} did not come. The page shows:\n{self.text}") from None

    def wait_until_idle(self) -> None:
        """Wait for the end of the run that was asked for last."""
        self.wait_for(lambda: not self.is_running, "The end of the run")

    def receive(self, seconds: float = PATIENCE) -> None:
        """Take one message from the server. Raises `TimeoutError`."""
        assert self._socket
        data = self._socket.recv(timeout=max(seconds, 0), decode=False)
        self.frames.append(data)
        message = self._cached(ForwardMsg.FromString(data))
        self.tree.apply(message)
        match message.WhichOneof("type"):
            case "new_session":
                self._waits_for_run, self.is_running = False, True
                self._page_hash = message.new_session.page_script_hash
                self._session_id = message.new_session.initialize.session_id
            case "navigation":
                self._page_hash = message.navigation.page_script_hash
            case "page_config_changed":
                self.titles.append(message.page_config_changed.title)
            case "page_info_changed":
                self.address = message.page_info_changed.query_string
            case "script_finished":
                is_over = message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
                self.is_running = self._waits_for_run or not is_over
                self._forget_gone()
            case "backend_operation_response":
                response = message.backend_operation_response
                self._answered[response.request_id] = response.deferred_file.url
            case "delta" if not self._is_behind:
                self._hold(message)

    # Sending.

    def rerun(self, *triggers: WidgetState, fragment: str = "") -> None:
        """Ask for a run, with what the widgets hold and the messages that need not be sent again."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.address, self._page_hash
        state.page_name = "" if self._page_hash else self._page_name
        state.fragment_id = fragment
        state.widget_states.widgets.extend([*self._held.values(), *triggers])
        state.cached_message_hashes.extend(self._cache)
        self._send(message.SerializeToString())

    def replay(self, other: "PageConnection | None" = None) -> None:
        """Send the last message, of this tab or of another one, once more, byte for byte."""
        self._send((other or self)._last_sent)

    @contextlib.contextmanager
    def behind(self) -> Iterator[None]:
        """What is sent here carries the widgets' old values: a busy browser has not set the new ones yet."""
        self._is_behind = True
        yield
        self._is_behind = False

    def send_file(
        self, name: str, data: bytes, media_type: str = "application/octet-stream"
    ) -> UploadedFileInfo:
        """Send a file ahead, as the browser does as soon as it is chosen."""
        info = UploadedFileInfo(name=name, size=len(data), file_id=secrets.token_hex(8))
        boundary = secrets.token_hex(8)
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = (
            f"{head}Content-Type: {media_type}\r\n\r\n".encode() + data + f"\r\n--{boundary}--\r\n".encode()
        )
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", **self._token(connection)}
        connection.request("PUT", self.upload_path(info.file_id), body, headers)
        status = connection.getresponse().status
        connection.close()
        assert status == http.HTTPStatus.NO_CONTENT, f"The upload of {name} was answered with {status}."
        return info

    def begin_upload(self, headers: dict[str, str]) -> http.client.HTTPConnection:
        """Ask to send a file with these headers, and send nothing yet."""
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE)
        all_headers = {
            **self._token(connection),
            "Content-Type": "multipart/form-data; boundary=x",
            **headers,
        }
        connection.putrequest("PUT", self.upload_path(secrets.token_hex(8)))
        for name, value in all_headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection

    def upload_path(self, file_id: str) -> str:
        """Where this tab sends a file."""
        return f"{self._base}/_stcore/upload_file/{self._session_id}/{file_id}"

    @property
    def bytes_received(self) -> int:
        return sum(map(len, self.frames))

    # The protocol.

    def _connect(self) -> None:
        names = ["streamlit", "no-token", self._session_id] if self._session_id else ["streamlit"]
        protocols = [Subprotocol(name) for name in names]
        connection = connect(
            self._url,
            subprotocols=protocols,
            additional_headers=self.headers,
            compression=None,
            max_size=None,
            max_queue=None,
        )
        self._socket = self._connections.enter_context(connection)

    def _send(self, message: bytes) -> None:
        assert self._socket
        self._last_sent, self._waits_for_run, self.is_running = message, True, True
        self._socket.send(message)

    def _token(self, connection: http.client.HTTPConnection) -> dict[str, str]:
        """The browser's headers with the cookie that the server asks back for, and the header with it."""
        connection.request("GET", f"{self._base}/_stcore/health")
        response = connection.getresponse()
        response.read()
        token = (response.headers["Set-Cookie"] or "").partition("=")[2].partition(";")[0]
        cookies = "; ".join(filter(None, (self.headers.get("Cookie"), f"_streamlit_xsrf={token}")))
        return {**self.headers, "Cookie": cookies, "X-Xsrftoken": token}

    def _cached(self, message: ForwardMsg) -> ForwardMsg:
        """The message itself, or the one that it refers to, at this message's place."""
        if message.metadata.cacheable:
            self._cache[message.hash] = message
        if message.WhichOneof("type") != "ref_hash":
            return message
        known = ForwardMsg()
        known.CopyFrom(self._cache[message.ref_hash])
        known.metadata.CopyFrom(message.metadata)
        return known

    def _forget_gone(self) -> None:
        """Forget what the widgets held that are no longer on the page."""
        there = {node.proto.id for node in self.tree.nodes() if getattr(node.proto, "id", "")}
        self._held = {id_: state for id_, state in self._held.items() if id_ in there}

    def _hold(self, message: ForwardMsg) -> None:
        """Take what a text field or a list shows: a browser sends it back with everything a person does."""
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind in ("text_input", "text_area"):
            field = getattr(element, kind)
            if field.set_value or field.id not in self._held:
                text = field.value if field.set_value else field.default
                self._held[field.id] = WidgetState(id=field.id, string_value=text)
        elif kind == "selectbox" and element.selectbox.set_value:
            shown = element.selectbox
            self._held[shown.id] = WidgetState(id=shown.id, string_value=shown.raw_value)
        elif kind and getattr(getattr(element, kind), "set_value", False):
            self._held.pop(getattr(element, kind).id, None)
