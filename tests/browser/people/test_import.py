"""Chats of other programs come in through the page, in a real browser, and all chats go out and back in."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from lib.app import DATABASE
from lib.domain.people.people import LOCAL
from lib.store import Store
from tests.app_server import AppServer
from tests.browser.chat.test_files import expect_drawn
from tests.browser.chat_page import ChatPage
from tests.files.imports.test_incoming import CONTAINED
from tests.files.imports.test_incoming import chat as chatgpt_chat
from tests.files.imports.test_zips import packed
from tests.patience import eventually

pytestmark = pytest.mark.browser


FILES = "Import and export"


def choose(chat: ChatPage, *files: FilePayload) -> None:
    chat.dialog.locator("input[type=file]").set_input_files(list(files))


def payload(name: str, data: Any) -> FilePayload:
    buffer = data if isinstance(data, bytes) else json.dumps(data).encode()
    return {"name": name, "mimeType": "application/octet-stream", "buffer": buffer}


def listed(chat: ChatPage, *titles: str) -> None:
    for title in titles:
        expect(chat.conversations.filter(has_text=title)).to_have_count(1)


def is_stored(database: Path, title: str) -> bool:
    store = Store(database)
    found = store.of(LOCAL).conversations.latest(100)
    store.close()
    return title in {each.title for each in found}


def test_a_zip_and_a_wrong_file_go_in_together(chat: ChatPage) -> None:
    chat.open_settings(FILES)
    expect(chat.dialog).to_contain_text("python -m lib import FILE")
    for said in ("1 chat was added, 0 were there", "0 chats were added, 1 was there"):
        choose(chat, payload("export.zip", packed(CONTAINED)), payload("chat.html", b"<html>"))
        expect(chat.dialog).to_contain_text(f"{said} already.")
        expect(chat.dialog).to_contain_text(
            "“chat.html” is a web page; choose the zip, or the conversations.json"
        )
        expect(chat.dialog.get_by_test_id("stAlertContentError")).to_contain_text("is a web page")
        chat.wait_until_still()
    chat.page.set_viewport_size({"width": 390, "height": 844})
    expect(chat.dialog).to_be_in_viewport()
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= 390
    chat.resize({"width": 1280, "height": 800})
    chat.leave_dialog()
    listed(chat, "Pictures")
    chat.conversations.filter(has_text="Pictures").click()
    expect(chat.questions.last).to_contain_text("notes.txt")
    expect_drawn(chat.questions.last.locator("img"), 1)
    expect_drawn(chat.answer.locator("img"), 1)
    expect(chat.answer).to_contain_text("There.")


def test_an_import_goes_on_while_its_dialog_is_closed_and_opened_again(
    server: AppServer, chat: ChatPage
) -> None:
    files = payload("conversations.json", [chatgpt_chat("Held up", number=5)])
    with closing(sqlite3.connect(server.data_dir / DATABASE, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")  # the import waits until this is over
        chat.open_settings(FILES)
        choose(chat, files)
        expect(chat.dialog).to_contain_text("Reading the chats…")
        chat.leave_dialog()
        chat.open_settings(FILES)
        expect(chat.dialog).to_contain_text("Chats that are here already are not added again.")
    # The first import is not on the page any more: which of two at once adds the chat is left open.
    assert eventually(lambda: is_stored(server.data_dir / DATABASE, "Held up"))
    choose(chat, files)
    expect(chat.dialog).to_contain_text("0 chats were added, 1 was there already.")
    chat.leave_dialog()
    listed(chat, "Held up")


def test_all_chats_go_out_in_a_zip_that_can_come_back(chat: ChatPage, tmp_path: Path) -> None:
    chat.open_settings(FILES)
    choose(chat, payload("conversations.json", [chatgpt_chat("There and back", number=7)]))
    expect(chat.dialog).to_contain_text("1 chat was added")
    chat.leave_dialog()
    chat.open_settings(FILES)
    with chat.page.expect_download() as downloading:
        chat.dialog.get_by_test_id("stDownloadButton").get_by_role("button").click()
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    assert file.name == "chats.zip"
    chat.leave_dialog()
    chat.open_settings(FILES)
    choose(chat, payload("chats.zip", file.read_bytes()))
    expect(chat.dialog).to_contain_text("0 chats were added, ")
