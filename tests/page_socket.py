"""One tab of the real app without a browser: what a person does and sees in it."""

import http.client
import json
import secrets
from typing import Any
from urllib.parse import quote

import pandas as pd
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.page_connection import PageConnection
from tests.page_tree import Node, read
from tests.patience import PATIENCE


class PageSocket(PageConnection):
    """A tab whose widgets are found by their keys, and whose page is read."""

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
            state.string_trigger_value.data = self._entry(key, option)
        elif node.kind == "bidi_component":
            self.choose_models(key, option)
            return
        elif node.kind == "button_group":
            state.string_array_value.data.append(option)
        else:
            state.string_value = option
        self._change(node, state)

    def _entry(self, key: str, words: str) -> str:
        """An entry of a menu as the protocol has it, waiting for it: what deletes something is red."""

        def found() -> list[str]:
            # One that a run has not yet drawn again stands beside the new one.
            menus = [each for each in self.tree.nodes("menu_button") if each.key == self.widget(key).key]
            entries = [entry for menu in menus for entry in menu.proto.options]
            return [each for each in entries if each in (words, f":red[{words}]")]

        self.wait_for(lambda: bool(found()), f"The entry {words!r} of {key!r}")
        return found()[0]

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

    # What a person sees.

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

    def shown(self, key: str) -> str:
        """The text that a text field shows."""
        return self._held[self.widget(key).proto.id].string_value

    # Waiting.

    def wait_for_text(self, text: str) -> None:
        """Wait until the page says so."""
        self.wait_for(lambda: text in self.text, repr(text))

    def wait_for_answer(self, text: str) -> None:
        """Wait until the last answer has this text and has ended.

        The run has ended too: Streamlit may lose a click that meets the last moment of the run before.
        """
        self.wait_for(lambda: self.answer == text and bool(self.footer), f"The answer {text!r}")
        self.wait_until_idle()

    # Widgets.

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

    def _groups(self, key: str) -> list[dict[str, Any]]:
        node = self.tree.find(key)
        return json.loads(node.proto.json)["groups"] if node else []

    def _rows(self, key: str) -> dict[str, dict[str, str]]:
        return {row["title"]: row for group in self._groups(key) for row in group["rows"]}
