"""With 200 chats of 20 messages, in Chromium: how long a page switch and a search take until all is drawn."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks.report import Figure
from benchmarks.stage import Stage
from lib.app import DATABASE
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Role
from lib.domain.people.people import LOCAL
from lib.engine.sending import new_id
from lib.store import Store

CHATS, MESSAGES, ROUNDS = 200, 20, 5
SWITCH_MS, SEARCH_MS, SETTLE_MS = 250, 200, 700
OWN = {
    "compare": '[class*="st-key-cell-"]',
    "decks": ".st-key-new_deck_here button",
    "models": ".stDataFrame canvas",
    "doctor": ".st-key-doctor_controls button",
    "chat": '[class*="st-key-answer-"]',
}
"""What is a page's own, by the address of its link; the app's name leads to the chat."""
# The page notes the times itself: asking it from outside would be late.
SWITCH = """([link, own]) => new Promise((tell) => {
    const begin = performance.now();
    document.querySelector(link).click();
    const look = () => {
        const isDrawn = (part) => part.checkVisibility() && !part.closest("[data-stale=true]");
        if (![...document.querySelectorAll(own)].some(isDrawn)) return requestAnimationFrame(look);
        requestAnimationFrame(() => setTimeout(() => tell(performance.now() - begin)));
    };
    look();
})"""
SEARCH = """(words) => new Promise((tell) => {
    const field = document.querySelector(".row-search");
    const type = (text) => {
        field.value = text;
        field.dispatchEvent(new Event("input"));
    };
    type("");  // what was found before goes at once
    const begin = performance.now();
    type(words);
    const look = () => {
        if (!document.querySelector(".row-title mark")) return requestAnimationFrame(look);
        requestAnimationFrame(() => setTimeout(() => tell(performance.now() - begin)));
    };
    look();
})"""


def measure(stage: Stage) -> list[Figure]:
    """The goals that are about somebody with many chats."""
    folder = stage.new_folder()
    _seed(folder / DATABASE)
    with stage.ours(folder) as app, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        page.goto(app.url)
        page.locator(".row-title").nth(3).click()
        page.wait_for_selector(OWN["chat"])
        switches = _switches(page)
        search = median(page.evaluate(SEARCH, f"quick number{at}") for at in range(10, 10 + ROUNDS))
        chromium.close()
    each = [Figure(f"page switch to {name}", "ms", median(taken)) for name, taken in switches.items()]
    worst = max(figure.ours for figure in each)
    return [
        *each,
        Figure("page switch with 200 chats, the slowest page", "ms", worst, SWITCH_MS),
        Figure("search in 200 chats, while typing", "ms", search, SEARCH_MS),
    ]


def _switches(page: Page) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in OWN}
    for at in range(ROUNDS + 1):
        for name, own in OWN.items():
            link = ".st-key-brand a" if name == "chat" else f'.st-key-pages a[href$="{name}"]'
            page.wait_for_timeout(SETTLE_MS)
            ms = page.evaluate(SWITCH, [link, own])
            if at:  # the first round loads the code of each page
                taken[name].append(ms)
    return taken


def _seed(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    store = Store(path)
    store.of(LOCAL).conversations.take(map(_chat, range(CHATS)))
    store.close()


def _chat(number: int) -> Conversation:
    at = datetime.now(UTC) - timedelta(hours=7 * number)
    chat = Conversation(new_id(), f"Chat {number}", at, at, model="bench-a")
    for place in range(MESSAGES):
        role: Role = "assistant" if place % 2 else "user"
        text = f"The **quick** fox number{number * MESSAGES + place} " + "and so on " * 30
        added = Message(new_id(), chat.leaf_id, role, text, at)
        chat.messages[added.id], chat.leaf_id = added, added.id
    return chat
