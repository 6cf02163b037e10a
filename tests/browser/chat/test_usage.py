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


def test_the_panel_its_table_and_its_csv_tell_what_the_footers_told(chat: ChatPage) -> None:
    footers = [chat.ask_and_wait(f"tokens={count} to add") for count in (5, 1200)]
    chat.new_chat()
    footers.append(chat.ask_and_wait("=1+1"))
    chat.open_usage()
    totals = chat.usage_totals()
    assert totals["Completion tokens"] == sum(map(tokens, footers))
    assert totals["Replies"] == 3
    assert totals["Total tokens"] == totals["Prompt tokens"] + totals["Completion tokens"]
    expect(chat.dialog).to_contain_text("All figures as reported by the gateway.")

    table = chat.usage_rows()
    written = chat.download_usage()
    assert written.startswith("\ufeff")
    records = list(csv.DictReader(io.StringIO(written[1:])))
    title = records[-1]["conversation"]
    assert title == "'=1+1"  # no formula
    assert [[record[name] for name in COLUMNS] for record in records] == [
        [row[1].replace("=1+1", title), row[2], *row[4:7]] for row in reversed(table)
    ]
    assert [int(record["completion_tokens"]) for record in records] == list(map(tokens, footers))
    assert {record["source"] for record in records} == {"reported"}

    # The table offers no file of its own, with its cells as they are.
    chat.dialog.get_by_test_id("stDataFrame").last.hover()
    expect(chat.dialog.get_by_role("button", name="Search").last).to_be_visible()
    expect(chat.page.get_by_role("button", name="Download as CSV")).to_have_count(0)

    chat.wait_until_still()
    chat.dialog.get_by_role("radio", name="This chat").click()
    expect(chat.dialog.get_by_test_id("stMetricValue").first).to_have_text("1")
    chat.wait_until_still()  # the figures come one after the other
    assert chat.usage_totals()["Completion tokens"] == tokens(footers[-1])
