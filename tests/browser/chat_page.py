"""The chat page in a person's words. Every wait is for something that shows."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, ViewportSize, expect

FITS = """() => [...document.querySelectorAll("html, body, .stMain")]
  .every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)"""
"""JavaScript: whether nothing can be scrolled sideways, neither the page nor its main part."""

SENT = """() => new Promise((done) => {
    const idle = () => requestIdleCallback(() => setTimeout(done), { timeout: 500 });
    setTimeout(() => requestAnimationFrame(idle));
})"""
"""JavaScript: ends when what a page is about to send is sent."""
REST = """() => new Promise((resolve) => {
    let last = "", calm = 0;
    const look = () => {
        const { scrollTop, scrollHeight, firstElementChild } = document.querySelector(".stMain");
        const tops = [...firstElementChild.children].map((each) => each.getBoundingClientRect().top);
        const now = [scrollTop, scrollHeight, ...tops].join();
        calm = now === last ? calm + 1 : 0;
        last = now;
        if (calm > 10) resolve();
        else requestAnimationFrame(look);
    };
    look();
})"""
"""JavaScript: ends when the page has stood still for some frames."""
RUNS = Path(__file__).with_name("runs.js")
"""A script for a context: its pages can tell then that they wait for a run which has not begun."""


class ChatPage:
    """One browser tab with the app in it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    def open(cls, context: BrowserContext, url: str) -> "ChatPage":
        """A new tab; returns when one can write in it."""
        return cls.load(context.new_page(), url)

    @classmethod
    def load(cls, page: Page, url: str) -> "ChatPage":
        """The app in this tab, in a session of its own; returns when one can write in it."""
        page.goto(url)
        chat = cls(page)
        chat.wait_until_ready()
        return chat

    def second_tab(self) -> "ChatPage":
        """The same address in another tab of the same browser."""
        expect(self.page).to_have_url(re.compile(r"\?c=\w+"))
        return ChatPage.open(self.page.context, self.page.url)

    def reload(self) -> None:
        """F5."""
        self.page.reload()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until a person can write."""
        expect(self.box).to_be_enabled()

    def wait_until_still(self) -> None:
        """Wait until the server has drawn all it had to draw."""
        self.page.evaluate(SENT)
        self.page.wait_for_function("() => !window.isBusy?.()")
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")

    def wait_for_rest(self) -> None:
        """Wait until nothing moves any more, after a turn of the wheel or a change of the window."""
        self.page.evaluate(REST)

    def resize(self, size: ViewportSize) -> None:
        """Give the window another size: Streamlit moves the page some frames later, under a click too."""
        self.page.set_viewport_size(size)
        self.wait_for_rest()

    # What stands on the page

    def keyed(self, key: str) -> Locator:
        """The visible elements whose key begins with this."""
        return self.page.locator(f'[class*=" st-key-{key}"]:visible, [class^="st-key-{key}"]:visible')

    @property
    def box(self) -> Locator:
        """Where a person writes."""
        return self.page.get_by_test_id("stChatInputTextArea")

    @property
    def questions(self) -> Locator:
        return self.keyed("bubble-")

    @property
    def answers(self) -> Locator:
        return self.keyed("answer-")

    @property
    def answer(self) -> Locator:
        """The last answer."""
        return self.answers.last

    @property
    def footers(self) -> Locator:
        """The figures under each answer that has ended."""
        return self.keyed("end-").get_by_test_id("stCaptionContainer").filter(has_text="·")

    @property
    def footer(self) -> Locator:
        """The figures under the last answer."""
        return self.answer.locator(self.footers)

    @property
    def title(self) -> Locator:
        return self.keyed("header").get_by_role("heading")

    @property
    def welcome(self) -> Locator:
        return self.keyed("welcome")

    @property
    def conversations(self) -> Locator:
        """The titles in the sidebar."""
        return self.page.get_by_role("navigation", name="Chats").get_by_role("link")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def file_chips(self) -> Locator:
        """The files in the message box, also those that were refused."""
        return self.page.get_by_test_id("stChatInput").get_by_test_id("stFileChip")

    @property
    def stop_button(self) -> Locator:
        return self.keyed("stop").get_by_role("button")

    # What a person does

    def ask(self, text: str) -> None:
        """Write and send; returns when the question stands on the page."""
        self.box.fill(text)
        self.box.press("Enter")
        expect(self.questions.last).to_have_text(text)

    def choose(self, *files: FilePayload) -> None:
        """Put files to the message, and wait for nothing."""
        self.page.get_by_test_id("stChatInput").locator("input[type=file]").set_input_files(list(files))

    def attach(self, *files: FilePayload) -> None:
        """Put files to the message; returns when they have arrived, and the message could be sent."""
        before = self.file_chips.count()
        self.choose(*files)
        expect(self.file_chips).to_have_count(before + len(files))
        for file in files:
            expect(self.page.get_by_test_id("stChatInput")).to_contain_text(file["name"])
        expect(self.page.get_by_test_id("stChatInputSubmitButton")).to_be_enabled()

    def ask_and_wait(self, text: str) -> str:
        """Ask, and wait for the end of the answer; returns the figures under it."""
        before = self.footers.count()
        self.ask(text)
        expect(self.footers).to_have_count(before + 1)
        self.wait_until_still()
        return self.footer.inner_text()

    def stop(self) -> None:
        self.stop_button.click()

    def copy(self) -> None:
        self._click("content_copy-")

    def expect_copied(self, text: str) -> None:
        """Wait until the clipboard holds this: the page says "Copied" a moment before."""
        self.page.wait_for_function("async (text) => await navigator.clipboard.readText() === text", arg=text)

    def regenerate(self) -> None:
        self._click("refresh-")

    def edit(self, text: str) -> None:
        """Change the last question and send it."""
        self._click("edit-")
        self.page.get_by_label("Edit your message").fill(text)
        self._click("send_edit")

    def earlier_version(self) -> None:
        self._click("chevron_left-")

    def later_version(self) -> None:
        self._click("chevron_right-")

    def new_chat(self) -> None:
        self._click("new_chat")
        expect(self.welcome).to_be_visible()
        expect(self.footers).to_have_count(0)  # what was there before goes when the page is drawn

    def compare(self) -> None:
        """Go to the compare page; returns when a comparison of two models stands ready."""
        self.page.get_by_role("link", name="Compare", exact=True).click()
        expect(self.keyed("cell-")).to_have_count(2)
        self.wait_until_still()

    def open_conversation(self, title: str) -> None:
        """Click a conversation in the sidebar."""
        self.conversations.filter(has_text=title).click()
        expect(self.title).to_have_text(title)

    def rename(self, title: str) -> None:
        self._choose("conversation_menu", "Rename")
        self.dialog.get_by_label("Title").fill(title)
        self.page.keyboard.press("Enter")
        expect(self.dialog).to_have_count(0)

    def delete(self) -> None:
        self._choose("conversation_menu", "Delete")

    def choose_for(self, title: str, action: str) -> None:
        """Open the menu of a conversation in the sidebar and choose an entry."""
        self.page.get_by_role("button", name=f"Menu of “{title}”", exact=True).click()
        self.page.get_by_role("menuitem", name=action).click()

    def open_settings(self, section: str = "General") -> None:
        """Open a section of the settings."""
        self._click("open_settings")
        self.dialog.get_by_role("radio", name=section, exact=True).click()
        self.wait_until_still()

    def leave_dialog(self) -> None:
        """Press Escape; returns when no dialog is open."""
        self.page.keyboard.press("Escape")
        expect(self.dialog).to_have_count(0)

    def open_models(self, key: str = "model") -> Locator:
        """Open the model picker with this key; returns its field for searching, which has the focus."""
        self.picker(key).click()
        field = self.page.get_by_role("combobox", name="Search models").locator("visible=true")
        expect(field).to_be_focused()
        return field

    def picker(self, key: str = "model") -> Locator:
        """The button that shows the chosen model, or how many are chosen."""
        return self.keyed(key).get_by_role("button").first

    @property
    def offered(self) -> Locator:
        """The rows of the open model picker."""
        return self.page.get_by_role("option")

    def offered_names(self) -> list[str]:
        """The names in the open model picker, from top to bottom; a row out of sight has a name, too."""
        return self.offered.locator(".name").all_text_contents()

    def choose_model(self, typed: str) -> list[str]:
        """Type a part of a name into the model picker and press Enter; returns what was offered."""
        field = self.open_models()
        field.fill(typed)
        offered = self.offered_names()
        field.press("Enter")
        expect(self.offered).to_have_count(0)
        return offered

    def set_parameter(self, label: str, value: str) -> None:
        """Open the parameters, fill one in, close them."""
        self._click("parameters")
        field = self.page.get_by_label(label, exact=True)
        field.fill(value)
        field.press("Tab")
        self.page.keyboard.press("Escape")
        expect(field).to_have_count(0)
        # Closing them is a run of its own: opened again before its end, they would close with it.
        self.wait_until_still()

    def use_another_model(self, name: str) -> None:
        """Use a model that is not listed; returns when its name stands in the box."""
        field = self.open_models()
        field.fill(name)
        self.offered.last.click()
        expect(self.picker()).to_have_text(name)
        self.wait_until_still()

    def inspect_last(self) -> None:
        """Open the inspector on the last answer."""
        self._choose("conversation_menu", "Inspect")
        expect(self.dialog).to_be_visible()

    def answer_by_schema(self, schema: str) -> None:
        """Paste a JSON schema into the parameters, which stay open."""
        field = self.page.get_by_label("JSON schema", exact=True)
        if not field.count():
            self._click("parameters")
            self.page.get_by_role("tab", name="JSON and tools").click()
            self.page.get_by_role("combobox", name="Answer as").click()
            self.page.get_by_role("option", name="JSON schema").click()
        field.fill(schema)
        field.press("Tab")

    def open_usage(self) -> None:
        self._click("open_usage")
        expect(self.dialog.get_by_test_id("stMetricValue")).to_have_count(4)

    def usage_totals(self) -> dict[str, int]:
        """The figures at the top of the usage panel, by label."""
        labels = self.dialog.get_by_test_id("stMetricLabel").all_inner_texts()
        values = self.dialog.get_by_test_id("stMetricValue").all_inner_texts()
        return dict(zip(labels, (int(value.replace(",", "")) for value in values), strict=True))

    def usage_rows(self) -> list[list[str]]:
        """The cells of the usage panel's last table, row by row, as far as they are in view."""
        rows = self.dialog.get_by_test_id("stDataFrame").last.locator("tbody tr")
        expect(rows.first).to_be_attached()
        return [row.locator("td").all_text_contents() for row in rows.all()]

    def download_usage(self) -> str:
        """The usage table as a CSV file; returns its text."""
        with self.page.expect_download() as download:
            self._click("usage_csv")
        return Path(download.value.path()).read_text("utf-8")

    def _click(self, key: str) -> None:
        self.keyed(key).last.get_by_role("button").click()

    def _choose(self, key: str, option: str) -> None:
        self._click(key)
        self.page.get_by_role("menuitem", name=option).click()
