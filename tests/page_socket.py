"""One tab of the real app without a browser: it speaks Streamlit's websocket as the browser does."""

import contextlib
import http.client
import json
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any
from urllib.parse import quote

import pandas as pd
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.page_tree import Node, PageTree, read
from tests.patience import PATIENCE


class PageSocket:
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

    def __enter__(self) -> "PageSocket":
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

    # What a person does.

    def ask(self, text: str, *files: tuple[str, bytes], audio: bytes | None = None) -> None:
        """Write into the message box, put files or a recording to it, and press Enter."""
        self.wait_for(lambda: bool(self.tree.nodes("chat_input")), "The message box")
        state = WidgetState(id=self.tree.nodes("chat_input")[-1].proto.id)
        value = state.chat_input_value
        value.data = text
        for name, data in files:
            value.file_uploader_state.uploaded_file_info.append(self.send_file(name, data))
        if audio is not None:
            value.audio_file_info.CopyFrom(self.send_file("recording.wav", audio, "audio/wav"))
        self.rerun(state)

    def click(self, key: str) -> None:
        """Press a button."""
        self.rerun(self._state(key, trigger_value=True), fragment=self.widget(key).fragment)

    def choose(self, key: str, option: str) -> None:
        """Choose an option of a menu, a list, or a row of pills."""
        state, node = self._state(key), self.widget(key)
        if node.kind == "menu_button":
            state.string_trigger_value.data = option
        elif node.kind == "bidi_component":
            self.choose_models(key, option)
            return
        elif node.kind == "button_group":
            state.string_array_value.data.append(option)
        else:
            state.string_value = option
        self._change(node, state)

    def choose_models(self, key: str, *models: str) -> None:
        """Choose in a model picker."""
        self.set_component(key, {"pick": {"id": secrets.token_hex(8), "models": models}})

    def set_component(self, key: str, state: object) -> None:
        """Give a component of our own a state, as its JavaScript does."""
        self._change(self.widget(key), self._state(key, json_value=json.dumps(state)))

    def follow_link(self, label: str) -> None:
        """Go to the page of a link, as the browser does: with its script and without query parameters."""
        self.wait_for(lambda: any(n.proto.label == label for n in self.tree.nodes("page_link")), label)
        [link] = [node.proto for node in self.tree.nodes("page_link") if node.proto.label == label]
        self._page_hash, self.address = link.page_script_hash, ""
        self.rerun()

    def choose_row(self, key: str, row: int) -> None:
        """Choose a row of a table."""
        selection = {"selection": {"rows": [row], "columns": [], "cells": []}}
        self._change(self.widget(key), self._state(key, string_value=json.dumps(selection)))

    def write(self, key: str, text: str) -> None:
        """Write into a text field and leave it."""
        self._change(self.widget(key), self._state(key, string_value=text))

    def set_number(self, key: str, number: float) -> None:
        """Write a number into a number field and leave it."""
        self._change(self.widget(key), self._state(key, double_value=number))

    def switch(self, key: str, is_on: bool) -> None:
        """Turn a switch on or off."""
        self._change(self.widget(key), self._state(key, bool_value=is_on))

    def upload(self, key: str, name: str, data: bytes) -> None:
        """Put a file into a field for files."""
        state = self._state(key)
        uploaded = self.send_file(name, data)
        state.file_uploader_state_value.uploaded_file_info.append(uploaded)
        self._change(self.widget(key), state)

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

    def download(self, key: str) -> bytes:
        """Press a button whose file is made when it is pressed; gives the file."""
        request = BackMsg()
        asked = request.backend_operation_request
        asked.request_id, asked.session_id = secrets.token_hex(8), self._session_id
        asked.deferred_file.file_id = self.widget(key).proto.deferred_file_id
        assert self._socket
        self._socket.send(request.SerializeToString())
        self.wait_for(lambda: asked.request_id in self._answered, "The file")
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE)
        connection.request("GET", self._base + self._answered[asked.request_id], headers=self.headers)
        data = connection.getresponse().read()
        connection.close()
        return data

    def tick(self, key: str) -> None:
        """Let the fragment that holds a widget run again, as its timer does in a browser."""
        self.rerun(fragment=self.widget(key).fragment)

    def open_row(self, title: str, key: str = "conversations") -> None:
        """Click a row of a list in the sidebar."""
        self.act_on_row("open", title, key)

    def act_on_row(self, action: str, title: str, key: str = "conversations") -> None:
        """Choose an entry of a row's menu in a list in the sidebar, or `open` the row."""
        self.wait_for(lambda: title in self._rows(key), f"The row {title!r}")
        row = self._rows(key)[title]
        self.trigger(key, "chosen", {"action": action, "id": row["id"], "message": "", "words": []})

    def search(self, words: str) -> list[dict[str, str]]:
        """What the search finds while somebody types these words."""
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE)
        connection.request("GET", f"{self._base}/search?words={quote(words)}", headers=self.headers)
        found: list[dict[str, str]] = json.loads(connection.getresponse().read())["hits"]
        connection.close()
        return found

    def open_hit(self, words: str) -> None:
        """Search, and click the first hit."""
        hit = self.search(words)[0]
        chosen = {"action": "open", "id": hit["id"], "message": hit["message"], "words": words.split()}
        self.trigger("conversations", "chosen", chosen)

    def open_settings(self, section: str) -> None:
        """Open a section of the settings."""
        self.click("open_settings")
        self.widget("settings_section")
        self.wait_until_idle()
        self.choose("settings_section", section)
        self.wait_until_idle()

    def trigger(self, key: str, event: str, value: object) -> None:
        """Do in a component of our own what its JavaScript tells the server as this event."""
        node = self.widget(key)
        state = WidgetState(id=_make_trigger_id(node.proto.id, "events"))
        state.json_trigger_value = json.dumps([{"event": event, "value": value}])
        self.rerun(state, fragment=node.fragment)

    @contextlib.contextmanager
    def behind(self) -> Iterator[None]:
        """What is sent here carries the widgets' old values: a busy browser has not set the new ones yet."""
        self._is_behind = True
        yield
        self._is_behind = False

    def replay(self, other: "PageSocket | None" = None) -> None:
        """Send the last message, of this tab or of another one, once more, byte for byte."""
        self._send((other or self)._last_sent)

    # What a person sees.

    @property
    def text(self) -> str:
        """All that is written on the page, from top to bottom, as it is read."""
        return read("\n\n".join(self.tree.texts()))

    @property
    def answer(self) -> str:
        """The text of the last answer, without what stands under it."""
        return "\n\n".join(self.tree.texts("answer", but=("end", "remark", "sources")))

    @property
    def footer(self) -> str:
        """The line under the last answer; empty while it runs."""
        return read("\n".join(self.tree.texts("end")))

    @property
    def codes(self) -> list[str]:
        """The blocks of code on the page."""
        return [node.proto.code_text for node in self.tree.nodes("code")]

    @property
    def tables(self) -> list[pd.DataFrame]:
        """The tables and the dataframes on the page."""
        return [
            convert_arrow_bytes_to_pandas_df(node.proto.arrow_data.data)
            for node in self.tree.nodes("table", "dataframe")
        ]

    @property
    def listed(self) -> dict[str, list[str]]:
        """The titles of the conversations in the sidebar, by heading."""
        groups = self._groups("conversations")
        return {group["name"]: [row["title"] for row in group["rows"]] for group in groups}

    def _groups(self, key: str) -> list[dict[str, Any]]:
        node = self.tree.find(key)
        return json.loads(node.proto.json)["groups"] if node else []

    def _rows(self, key: str) -> dict[str, dict[str, str]]:
        return {row["title"]: row for group in self._groups(key) for row in group["rows"]}

    @property
    def returned(self) -> str:
        """The text that the page has put back into the message box."""
        node = self.tree.find("message_box")
        return str(json.loads(node.proto.json)["text"] or "") if node else ""

    @property
    def toasts(self) -> str:
        return read("\n".join(node.proto.body for node in self.tree.nodes("toast")))

    @property
    def refusal(self) -> str:
        """Why what was written last was not sent, as it stands above the message box."""
        return self.text.partition("**Not sent.** ")[2].partition("]")[0]

    @property
    def alerts(self) -> str:
        return read("\n".join(node.proto.body for node in self.tree.nodes("alert")))

    @property
    def bytes_received(self) -> int:
        return sum(map(len, self.frames))

    def shown(self, key: str) -> str:
        """The text that a text field shows."""
        return self._held[self.widget(key).proto.id].string_value

    def widget(self, key: str) -> Node:
        """The widget with this key, waiting for it."""
        self.wait_for(lambda: self.tree.find(key) is not None, f"The widget {key!r}")
        node = self.tree.find(key)
        assert node
        return node

    # Waiting.

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        """Take messages until the condition holds. Raises `TimeoutError`."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            try:
                self.receive(deadline - time.monotonic())
            except TimeoutError:
                raise TimeoutError(f"{what} did not come. The page shows:\n{self.text}") from None

    def wait_for_text(self, text: str) -> None:
        """Wait until the page says so."""
        self.wait_for(lambda: text in self.text, repr(text))

    def wait_for_answer(self, text: str) -> None:
        """Wait until the last answer has this text and has ended.

        The run has ended too: Streamlit may lose a click that meets the last moment of the run before.
        """
        self.wait_for(lambda: self.answer == text and bool(self.footer), f"The answer {text!r}")
        self.wait_until_idle()

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

    def _state(self, key: str, **value: Any) -> WidgetState:
        return WidgetState(id=self.widget(key).proto.id, **value)

    def _change(self, node: Node, state: WidgetState) -> None:
        """A changed widget asks for a run at once, unless it was made not to."""
        if node.kind == "menu_button":
            self.rerun(state, fragment=node.fragment)
            return
        self._held[state.id] = state
        if not getattr(node.proto, "ignore_rerun", False):
            self.rerun(fragment=node.fragment)

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
