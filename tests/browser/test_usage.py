"""The usage panel against what the page and the gateway said before."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import ChatPage

pytestmark = pytest.mark.browser

COLUMNS = ("conversation", "model_requested", "prompt_tokens", "completion_tokens", "total_tokens")


def tokens(footer: str) -> int:
    """The tokens that a reply's footer names."""
    found = re.search(r"([\d,]+) tokens", footer)
    assert found
    return int(found[1].replace(",", ""))


def test_the_totals_are_the_sum_of_the_footers(chat: ChatPage) -> None:
    footers = [chat.ask_and_wait(f"tokens={count} to add") for count in (5, 40, 1200)]
    chat.open_usage()
    totals = chat.usage_totals()
    assert totals["Completion tokens"] == sum(map(tokens, footers)) == 1245
    assert totals["Replies"] == 3
    assert totals["Total tokens"] == totals["Prompt tokens"] + totals["Completion tokens"]
    expect(chat.dialog).to_contain_text("All figures as reported by the gateway.")


def test_the_csv_has_the_rows_of_the_table(chat: ChatPage) -> None:
    for count in (3, 4):
        chat.ask_and_wait(f"tokens={count} in a file")
    chat.open_usage()
    shown = chat.usage_rows()
    written = chat.download_usage()
    assert written.startswith("\ufeff")
    records = list(csv.DictReader(io.StringIO(written[1:])))
    assert [[record[name] for name in COLUMNS] for record in records] == [
        [row[1], row[2], *row[4:7]] for row in reversed(shown)
    ]
    assert [record["completion_tokens"] for record in records] == ["3", "4"]
    assert {record["source"] for record in records} == {"reported"}


def test_a_title_in_the_csv_is_no_formula(chat: ChatPage) -> None:
    chat.ask_and_wait("=1+1")
    chat.open_usage()
    [record] = csv.DictReader(io.StringIO(chat.download_usage()[1:]))
    assert record["conversation"] == "'=1+1"


def test_a_table_offers_no_file_with_its_cells_as_they_are(chat: ChatPage) -> None:
    chat.ask_and_wait("=2+2")
    chat.open_usage()
    chat.dialog.get_by_test_id("stDataFrame").last.hover()
    expect(chat.dialog.get_by_role("button", name="Search").last).to_be_visible()
    expect(chat.page.get_by_role("button", name="Download as CSV")).to_have_count(0)


def test_the_panel_tells_this_chat_from_the_whole_session(chat: ChatPage) -> None:
    chat.ask_and_wait("tokens=3 here")
    chat.new_chat()
    chat.ask_and_wait("tokens=5 there")
    chat.open_usage()
    expect(chat.dialog.get_by_test_id("stMetricValue").first).to_have_text("2")
    chat.dialog.get_by_role("radio", name="This chat").click()
    expect(chat.dialog.get_by_test_id("stMetricValue").first).to_have_text("1")
    assert chat.usage_totals()["Completion tokens"] == 5
