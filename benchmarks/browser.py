"""One reply in Chromium: the bytes that arrive, the main thread's time, and how late the words are."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession, Locator, Page, sync_playwright

from benchmarks.processes import cpu_seconds
from benchmarks.prompts import Prompt
from benchmarks.report import TUTORIAL, Figure
from benchmarks.stage import Stage, Target, Upstream

RATE = 100
COMPARED, LONGEST, REPEATS = (1000, 4000), 16_000, 3
QUICK_COMPARED, QUICK_LONGEST, QUICK_REPEATS = (500,), 2000, 1
WARM_UP_TOKENS = 300
TTFT_MS = 200
SETTLE_MS = 700
"""After the last word: an app still has to draw what stands under a reply."""
PATIENCE = 120.0
"""How many seconds late a last word may be."""

MESSAGE_BOXES = (
    "[data-testid=stChatInputTextArea]",  # Streamlit
    "#chat-input",  # Chainlit, Open WebUI
    "textarea[data-testid=textbox]",  # Gradio
)
# The page notes the times itself: asking it from outside would be late and would cost it time.
WATCH = """({first, last}) => {
    const seen = window.benchmark = {first: 0, last: 0, gap: 0};
    let before = 0;
    const observer = new MutationObserver((changes) => {
        const now = performance.timeOrigin + performance.now();
        const nodes = changes.flatMap((c) => c.type === "characterData" ? [c.target] : [...c.addedNodes]);
        const shows = (word) => nodes.some((node) => node.textContent.includes(word));
        if (!seen.first && !shows(first)) return;
        if (seen.first) seen.gap = Math.max(seen.gap, now - before);
        else seen.first = now;
        before = now;
        if (!shows(last)) return;
        seen.last = now;
        observer.disconnect();
    });
    observer.observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one reply took. Times in ms, `first` and `last` counted from the upstream's own word."""

    size: float
    """Bytes that the page received."""
    main_thread: float
    """Seconds."""
    server: float
    """CPU seconds of the app's processes."""
    first: float
    last: float
    gap: float
    """The longest time without a change of the page, from the first word to the last."""


def measure(stage: Stage) -> list[Figure]:
    """The goals that are about one page and one reply."""
    compared = QUICK_COMPARED if stage.is_quick else COMPARED
    longest, repeats = (QUICK_LONGEST, QUICK_REPEATS) if stage.is_quick else (LONGEST, REPEATS)
    with _chromium() as browser, stage.ours() as app, stage.tutorial() as tutorial:
        ours = Target("ours", app.url, app.pid)
        others = [Target(TUTORIAL, tutorial.url, tutorial.pid), *stage.others]
        drawn = {tokens: _medians(browser, stage, [ours, *others], tokens, repeats) for tokens in compared}
        drawn[longest] = _medians(browser, stage, [ours], longest, 1)
    figures = [_slope(drawn, compared[0], longest)]
    for tokens, apps in drawn.items():
        figures += _figures(tokens, apps)
    return figures


def _slope(drawn: Mapping[int, Mapping[str, Drawn]], shortest: int, longest: int) -> Figure:
    slope = (drawn[longest]["ours"].size - drawn[shortest]["ours"].size) / (longest - shortest)
    return Figure(f"bytes a token, {shortest:,} to {longest:,} tokens", "B", slope, goal=70)


def _figures(tokens: int, apps: Mapping[str, Drawn]) -> Iterator[Figure]:
    ours, others = apps["ours"], {name: drawn for name, drawn in apps.items() if name != "ours"}

    def figure(
        what: str, unit: str, name: str, goal: float | None = None, share: float | None = None
    ) -> Figure:
        values = {other: getattr(drawn, name) for other, drawn in others.items()}
        return Figure(f"{tokens:,} tokens: {what}", unit, getattr(ours, name), goal, share, values)

    yield figure("browser's main thread", "s", "main_thread", share=0.4 if others else None)
    yield figure("first token in the page", "ms", "first", goal=40)
    yield figure("last token in the page", "ms", "last", goal=80)
    yield figure("longest gap", "ms", "gap", goal=60)
    yield figure("bytes received", "B", "size")
    yield figure("server CPU", "s", "server")


def _medians(
    browser: Browser, stage: Stage, targets: Sequence[Target], tokens: int, repeats: int
) -> dict[str, Drawn]:
    """The apps take turns, so that a busy minute of the machine falls on all of them."""
    runs: dict[str, list[Drawn]] = {target.name: [] for target in targets}
    for _ in range(repeats):
        for target in targets:
            runs[target.name].append(_draw(browser, stage.upstream, target, tokens))
    return {
        name: Drawn(*map(median, zip(*map(astuple, of_app), strict=True))) for name, of_app in runs.items()
    }


@contextmanager
def _chromium() -> Iterator[Browser]:
    """The system's own, or else Playwright's."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--disable-gpu"])
        yield browser
        browser.close()


def _draw(browser: Browser, upstream: Upstream, target: Target, tokens: int) -> Drawn:
    """Open a page, warm it up with a reply, measure the next one."""
    with browser.new_context(viewport={"width": 1200, "height": 900}) as context:
        page = context.new_page()
        meter = _Meter(context.new_cdp_session(page), target.pid)
        page.add_locator_handler(page.get_by_text("Okay, Let's Go!"), lambda welcome: welcome.click())
        page.goto(target.url)
        _ask(page, upstream.prompt(WARM_UP_TOKENS), meter)
        prompt = upstream.prompt(tokens, RATE, TTFT_MS)
        size, main_thread, server = _ask(page, prompt, meter)
        seen = page.evaluate("window.benchmark")
    times = upstream.log()[prompt.mark]
    return Drawn(
        size, main_thread, server, seen["first"] - times.first, seen["last"] - times.last, seen["gap"]
    )


def _ask(page: Page, prompt: Prompt, meter: "_Meter") -> tuple[float, float, float]:
    """Send a prompt and wait for the end of its reply; returns what the meter counted meanwhile."""
    _box(page).fill(str(prompt))
    page.evaluate(WATCH, {"first": prompt.first_word, "last": prompt.last_word})
    page.wait_for_timeout(300)  # the page is still busy with the text that was filled in
    before = meter.read()
    page.keyboard.press("Enter")
    page.wait_for_timeout(prompt.seconds * 1000)
    _wait_for_last_word(page)
    page.wait_for_timeout(SETTLE_MS)
    size, main_thread, server = (now - then for now, then in zip(meter.read(), before, strict=True))
    return size, main_thread, server


def _wait_for_last_word(page: Page) -> None:
    deadline = time.monotonic() + PATIENCE
    while not page.evaluate("window.benchmark.last"):  # `wait_for_function` needs an eval that we forbid
        if time.monotonic() > deadline:
            raise TimeoutError(f"The last word did not come to {page.url}")
        page.wait_for_timeout(100)


def _box(page: Page) -> Locator:
    box = page.locator(", ".join(f"{selector}:visible" for selector in MESSAGE_BOXES)).first
    box.click()
    return box


class _Meter:
    """Counts what a page receives, what its main thread does and what its server does."""

    def __init__(self, session: CDPSession, pid: int | None) -> None:
        self._session, self._pid = session, pid
        self._size = 0
        session.on("Network.webSocketFrameReceived", self._framed)
        session.on("Network.dataReceived", self._loaded)
        session.send("Network.enable")
        session.send("Performance.enable")

    def read(self) -> tuple[float, float, float]:
        """Bytes received, seconds of the main thread, CPU seconds of the server, all so far."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        main_thread = next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")
        return self._size, main_thread, cpu_seconds(self._pid)

    def _framed(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        data = frame["payloadData"]
        is_binary = frame["opcode"] == 2  # and then written in base64
        self._size += len(data) * 3 // 4 - data.count("=", -2) if is_binary else len(data.encode())

    def _loaded(self, event: dict[str, Any]) -> None:
        self._size += event["dataLength"]
