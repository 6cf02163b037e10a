"""Browser profiles of several people, each with cookies and a screen of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import Watch, prepare
from tests.server.accounts import PASSWORD

PHONE = 390
"""Pixels that a phone is wide."""


class Profiles:
    """Opens tabs of new profiles, and notes what their browsers complain about."""

    def __init__(self, chromium: Browser, url: str) -> None:
        self._chromium, self._url = chromium, url
        self._contexts: list[BrowserContext] = []
        self._watches: list[Watch] = []

    def open(
        self,
        path: str = "",
        *,
        width: int = 1280,
        height: int = 800,
        scheme: Literal["light", "dark"] = "light",
    ) -> Page:
        """A tab of a new profile; with a path, the app's page there is loaded."""
        context = self._chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            has_touch=width == PHONE,
        )
        prepare(context)
        self._contexts.append(context)
        self._watches.append(Watch(context))
        self._watches[-1].begin(self._url)
        page = context.new_page()
        if path:
            page.goto(self._url + path)
        return page

    def close(self) -> list[str]:
        """Close them all; return what the browsers complained about."""
        for context in self._contexts:
            context.close()
        told = [line for watch in self._watches for line in watch.complaints]
        # A browser reports each answer of 400 and more: a wrong password is one.
        return [line for line in told if "Failed to load resource" not in line]


@contextmanager
def profiles(chromium: Browser, url: str) -> Iterator[Profiles]:
    """Profiles that must not have anything to complain about at the end."""
    opened = Profiles(chromium, url)
    try:
        yield opened
    finally:
        told = opened.close()
    assert told == []


def sign_in(page: Page, email: str) -> None:
    """Fill in the form of the sign-in page and send it."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
