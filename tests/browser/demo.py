"""The whole demo, as a presenter gives it: compare blind, vote, reveal, report, replay, present."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.chat_page import ChatPage
from tests.scripted_gateway import ScriptedGateway, by_model, error, stream

MODELS = ("deepseek-v3", "qwen-max", "llama-4-maverick")
PROMPT = "Explain to a customer what a token is, in five lines."
ANSWERS = {
    "deepseek-v3": """A token is the **unit** a language model reads and writes.

1. A short English word is one token, a long one two or three.
2. What you send is counted as *prompt* tokens.
3. What comes back is counted as *completion* tokens.
4. You pay for both, at $2 and $6 for a million of them.
""",
    "qwen-max": """Think of tokens as **syllables for machines**.

- "cat" is one, "catalogue" is about two.
- A page of text is some 500 tokens.
- The longer your question and its answer, the more tokens, time and money they take.
""",
    "llama-4-maverick": """Tokens are pieces of words. Models count in tokens as taxis count in kilometres:

| what | counts as |
|---|---|
| your question | prompt tokens |
| the answer | completion tokens |

The meter runs for both.
""",
}
PACE = {"deepseek-v3": (0.35, 0.02), "qwen-max": (0.2, 0.012), "llama-4-maverick": (0.6, 0.03)}
"""Seconds before the first piece of each model's answer, and between two."""
RATIOS = {"deepseek-v3": 0.135, "qwen-max": 0.8, "llama-4-maverick": 0.1}
"""Prices as New API tells them: twice this in USD for a million prompt tokens."""
Take = Callable[[str, Page], None]
"""Takes a picture of a page, by its name."""


def prepare(gateway: ScriptedGateway) -> None:
    """Let the gateway answer the demo's prompt, and tell its prices."""
    scripts = {}
    for model, answer in ANSWERS.items():
        ttft, delay = PACE[model]
        scripts[model] = stream(*re.findall(r"\s*\S{1,6}", answer), ttft=ttft, delay=delay)
    gateway.when(PROMPT, by_model(**{name.replace("-", "_"): script for name, script in scripts.items()}))
    entries = [
        {"model_name": model, "quota_type": 0, "model_ratio": ratio, "completion_ratio": 3}
        for model, ratio in RATIOS.items()
    ]
    gateway.answer_page("/api/pricing", error(200, {"data": entries}))


def walk(presenter: ChatPage, gateway: ScriptedGateway, folder: Path, take: Take) -> None:
    """Give the demo, from any page of the app; files go to `folder`."""
    line_up(presenter)
    phone = open_room(presenter)
    ask_blind(presenter)
    vote(presenter, phone, take)
    reveal(presenter, phone, take)
    report(presenter, folder, take)
    asked = len(gateway.requests)
    replay(presenter, take)
    present(presenter, take)
    assert len(gateway.requests) == asked, "a replay asks nobody"


def line_up(presenter: ChatPage) -> None:
    """Put all models side by side."""
    presenter.page.get_by_role("link", name="Compare").click()
    expect(presenter.keyed("cell-")).to_have_count(2)
    presenter.wait_until_still()
    presenter.page.get_by_role("button", name="Add a model").click()
    expect(presenter.keyed("cell-")).to_have_count(3)
    presenter.wait_until_still()


def open_room(presenter: ChatPage) -> Page:
    """Open the comparison to the room; returns a phone that follows."""
    presenter.page.get_by_role("button", name="Open to the room").click()
    expect(presenter.dialog.get_by_test_id("stImage")).to_be_visible()
    link = presenter.dialog.locator("code")
    expect(link).to_have_text(re.compile(r"/room/[\w-]+$"))
    phone = presenter.page.context.new_page()
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.goto(link.inner_text())
    expect(phone.get_by_text("The presenter will ask in a moment")).to_be_visible()
    presenter.page.bring_to_front()  # a tab behind another one draws once a second, and clicks wait for that
    presenter.page.keyboard.press("Escape")
    expect(presenter.dialog).to_have_count(0)
    return phone


def ask_blind(presenter: ChatPage) -> None:
    """Ask all of them, with nobody's name on the answers."""
    presenter.page.get_by_text("Blind", exact=True).click()
    presenter.wait_until_still()
    presenter.box.fill(PROMPT)
    presenter.box.press("Enter")
    expect(presenter.keyed("thumb-")).to_have_count(len(MODELS))
    presenter.wait_until_still()
    assert not any(model in presenter.page.content() for model in MODELS)


def vote(presenter: ChatPage, phone: Page, take: Take) -> None:
    """The room votes, and the presenter too."""
    expect(phone.get_by_role("article")).to_have_count(len(MODELS))
    phone.bring_to_front()
    phone.get_by_role("button", name="Answer A", exact=True).click()
    expect(phone.get_by_text("Votes so far: 1")).to_be_visible()
    presenter.page.bring_to_front()
    presenter.keyed("vote-").get_by_role("radio", name="Answer A").click()
    expect(presenter.keyed("room")).to_contain_text("2 voted")
    presenter.wait_until_still()
    take("vote", presenter.page)
    take("room", phone)


def reveal(presenter: ChatPage, phone: Page, take: Take) -> None:
    """Everybody sees whose answer is whose, and what it took."""
    presenter.page.get_by_role("button", name="Reveal").click()
    expect(presenter.keyed("ballot")).to_contain_text(re.compile(r"A: .+ won, 2 of 2 votes"))
    expect(phone.get_by_role("heading", name=re.compile(r"^A: .+ won, 2 of 2 votes$"))).to_be_visible()
    results = presenter.keyed("results")
    expect(results.get_by_role("table")).to_be_visible()
    expect(presenter.keyed("winner-")).to_have_count(1)
    presenter.wait_until_still()
    results.get_by_role("table").scroll_into_view_if_needed()
    take("reveal", presenter.page)


def report(presenter: ChatPage, folder: Path, take: Take) -> None:
    """One file that says it all, and a link to it."""
    presenter.keyed("report").get_by_role("button").click()
    expect(presenter.dialog).to_contain_text("This report contains 1 prompt, 3 answers")
    with presenter.page.expect_download() as download:
        presenter.dialog.get_by_role("button", name="HTML", exact=True).click()
    file = folder / "report.html"
    download.value.save_as(file)
    presenter.dialog.get_by_role("button", name="Create a link").click()
    expect(presenter.dialog.get_by_role("link")).to_have_count(1)
    presenter.wait_until_still()
    presenter.page.keyboard.press("Escape")
    expect(presenter.dialog).to_have_count(0)
    browser = presenter.page.context.browser
    assert browser
    paper = browser.new_context(viewport=presenter.page.viewport_size, color_scheme="light").new_page()
    paper.goto(file.as_uri())
    expect(paper.get_by_role("article")).to_have_count(len(MODELS))
    for model in MODELS:
        expect(paper.locator("body")).to_contain_text(model)
    take("report", paper)
    paper.context.close()


def replay(presenter: ChatPage, take: Take) -> None:
    """Keep the comparison, watch it again, and go back into its middle."""
    presenter.page.get_by_role("button", name="Keep", exact=True).click()
    expect(presenter.page.get_by_test_id("stToastText")).to_be_visible()
    presenter.wait_until_still()
    presenter.page.get_by_role("link", name="Recordings").click()
    presenter.keyed("open-").first.get_by_role("button").click()
    expect(presenter.keyed("replay_title")).to_contain_text("Recorded on")
    expect(presenter.keyed("play")).to_be_visible()  # it has played to its end
    presenter.wait_until_still()
    presenter.page.get_by_label("Position in the recording").fill("1.2")
    running = presenter.keyed("cell-").filter(has_text="≈")  # up to the last word before
    expect(running.first).to_be_visible()
    presenter.wait_until_still()
    take("replay", presenter.page)


def present(presenter: ChatPage, take: Take) -> None:
    """The same in large type, revealed step by step, with the report to take home at the end."""
    presenter.page.get_by_role("link", name="Present").click()
    expect(presenter.keyed("stage_opening")).to_be_visible()
    presenter.page.get_by_role("button", name="Reveal all").click()
    expect(presenter.answers).to_have_count(len(MODELS))
    expect(presenter.page.get_by_test_id("stSidebar")).not_to_be_visible()
    presenter.wait_until_still()
    take("present", presenter.page)
