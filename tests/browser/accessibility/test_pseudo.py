"""Every text of ours is translated, and has room: in the pseudo-language each is in brackets, and longer.

A further page is a further row of `WALKS`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from lib.app import DATABASE
from lib.domain.comparison import decks
from lib.domain.comparison.decks import Prompt
from lib.domain.people.audit import Actor
from lib.domain.people.grants import GrantKind
from lib.domain.people.limits import Limit, LimitKind, Scope
from lib.domain.people.notices import Notice
from lib.domain.people.people import PASSWORD as BY_PASSWORD
from lib.domain.people.people import Role
from lib.i18n.pseudo import PseudoTranslations
from lib.store import Store
from tests.app_server import AppServer
from tests.browser.accessibility.axe import SIDEBAR, findings
from tests.browser.chat_page import FITS, ChatPage
from tests.browser.conftest import ChromiumIn
from tests.browser.profiles import PHONE, profiles
from tests.scripted_gateway import ScriptedGateway
from tests.scripted_gateway.models import able
from tests.server.accounts import add_account

pytestmark = pytest.mark.browser

ADMIN, MEMBER = "admin@example.com", "member@example.com"
LANGUAGE = "en-XA"
BY_OTHERS = (
    r"[\w.]+@example\.com",  # people
    r"model-[ab]|Other",  # models, and a vendor's name
    r"Anna’s .*|A notice of theirs|The prompt of theirs|Their instructions",  # what people wrote
    r"https?://\S+",
    r"\d{1,2} \w{3} \d{4}(, \d\d:\d\d)?|UTC([+-]\d+)?",  # dates are of the language, not of a catalogue
    r"[\d.,]+ (kB|MB|GB|s)\b",  # units
    r"HTML|Markdown|CSV|JSON|YAML|PDF",  # formats
    r"Chrome on Linux",  # as browsers name themselves
    r"SmolLM2-135M-Instruct|Write a short poem about the sea\.|What is a rainbow\? .*",  # recordings
)
"""What needs no brackets: what people, models and gateways wrote, names and units."""
OF_STREAMLIT = (
    *("Close", "Open", "Decrement", "Increment", "Show password", "Hide password"),
    "file upload",
    *("Choose date", "Choose date and time", "Choose time", "yyyy", "mm", "dd"),
)
"""Names of parts of Streamlit's elements, which it knows in English only."""
TEXTS = """() => {
  const seen = [], depth = new Map();
  const shown = (node) => node.checkVisibility({ opacityProperty: false, visibilityProperty: true });
  const roots = document.querySelectorAll('[data-testid="stMainBlockContainer"], [role=dialog]');
  // Icons are written as words; a table's own buttons, and icons, get their names a moment later.
  const icons = '[data-testid="stIconMaterial"], [data-testid="stAlertDynamicIcon"], [role=img]';
  const foreign = `${icons}, style, script, [role=grid], [data-testid="stElementToolbar"]`;
  for (const root of roots) {
    for (const element of root.querySelectorAll("*")) {
      for (const name of ["aria-label", "title", "placeholder"]) {
        const text = element.getAttribute(name);
        if (text && shown(element) && !element.closest(foreign)) seen.push(text);
      }
      if (element.getAttribute("role") === "columnheader") seen.push(element.textContent);
    }
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let open = 0, before = null, outside = "";
    const take = () => {
      if (outside.trim()) seen.push(outside.trim());
      outside = "";
    };
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const element = node.parentElement;
      if (element.closest(foreign) || element.closest("canvas") || !shown(element)) continue;
      if (element !== before) take();
      before = element;
      // What stands outside of brackets, which may be in another element than the text.
      for (const sign of node.data) {
        if (sign === "⟦") open += 1;
        else if (sign === "⟧") open -= 1;
        else if (!open) outside += sign;
      }
    }
    take();
  }
  return seen;
}"""
"""JavaScript: all that is read on the page, without the sidebar, and of texts only what is not translated."""


ENGLISH_ONLY = "Choose an option"
"""What Streamlit writes into a field, and the page replaces some frames later."""
UNFIT = """async () => {
  // A menu finds its place anew a frame after the window has changed.
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  const roots = document.querySelectorAll('[data-testid="stMainBlockContainer"], [role=dialog]');
  // The label of an icon is coloured, and not seen.
  const unseen = '[data-testid="stIconMaterial"], [class*="stMarkdownColoredText"], svg, style';
  const isCut = (element) =>
    getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1;
  const fits = (button, node) => {
    const range = document.createRange(), place = button.getBoundingClientRect();
    range.selectNodeContents(node);
    const within = [...range.getClientRects()].every(
      (line) => line.left >= place.left - 1 && line.right <= place.right + 1
    );
    for (let each = node.parentElement; each !== button.parentElement; each = each.parentElement)
      if (isCut(each)) return false;
    return within && place.right <= innerWidth + 1;
  };
  const found = [];
  for (const button of [...roots].flatMap((root) => [...root.querySelectorAll("button")])) {
    const walk = document.createTreeWalker(button, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || element.closest(unseen) || !element.checkVisibility()) continue;
      if (!fits(button, node)) found.push(node.data);
    }
  }
  return found;
}"""
"""JavaScript: the texts that are cut off in their button, or wider than it."""
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
ON_PHONE: ViewportSize = {"width": PHONE, "height": 844}


@dataclass(frozen=True, slots=True)
class View:
    """What is seen of a page, after a click or a few."""

    holds: str
    """The key of what must be there."""
    open: Callable[[Page], None] | None = None


def choose_row(page: Page) -> None:
    """Choose the first row of the page's table."""
    page.locator(".dvn-scroller").first.click(position={"x": 15, "y": 50})


def click(key: str) -> Callable[[Page], None]:
    """Return what clicks the button with this key."""
    return lambda page: ChatPage(page).keyed(key).first.get_by_role("button").first.click()


def unfold(page: Page) -> None:
    """Open the first fold."""
    page.locator("details summary").first.click()


def check(page: Page) -> None:
    """Run the connection check to its end."""
    click("examine")(page)
    expect(ChatPage(page).keyed("checks")).to_be_visible()
    ended = page.get_by_test_id("stApp").and_(page.locator("[data-test-script-state=notRunning]"))
    expect(ended).to_be_visible(timeout=60_000)


def in_menu(entry: str) -> Callable[[Page], None]:
    """Return what chooses an entry of the first menu."""

    def choose(page: Page) -> None:
        click("more-")(page)
        page.get_by_role("menuitem").filter(has_text=re.compile(entry)).click()
        expect(page.get_by_role("dialog")).to_be_visible()

    return choose


def close(page: Page) -> None:
    """Close the dialog."""
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def section(at: int) -> Callable[[Page], None]:
    """Return what chooses a section of the admin page, counted from 0."""
    return lambda page: ChatPage(page).keyed("admin_section").get_by_role("radio").nth(at).click()


WALKS = {
    "admin?section=people": (
        View("people-"),
        View("person_details", choose_row),
        View("make_invitation", click("invite")),
        View("limit-", section(1)),
        View("admin_models", section(2)),
        View("rule_roles-", choose_row),
        View("take_gateway", section(3)),
        View("row-", section(4)),
        View("opened-", section(5)),
        View("admin_storage", section(6)),
        View("look_again", section(7)),
        View("audit_filters", section(8)),
        View("audit_filters", click("verify_audit")),
        View("reading_email", section(9)),
    ),
    "models": (View("models-"), View("model_details", choose_row)),
    "doctor": (View("examine"), View("checks", check)),
    "decks": (View("new_deck_here"),),
    "decks?deck=anna": (View("deckprompt-"), View("notes-", unfold)),
    "recordings": (
        View("recording-"),
        View("new_title", in_menu("R[eé]ñ")),
        View("recording-", close),
        View("confirm_delete", in_menu("D[eé]l")),
    ),
    "shared": (View("received-"),),
    "shared?deck=bert": (View("task-"),),
}
"""What is seen of each page, in one visit."""


@pytest.fixture(scope="module")
def gateway() -> Iterator[ScriptedGateway]:
    with ScriptedGateway(("model-a", "model-b")) as running:
        running.answer_chats(able(refuses=("stop",)))
        yield running


@pytest.fixture(scope="module")
def server(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """An app in which there is something to see on every page."""
    data_dir = tmp_path_factory.mktemp("pseudo") / "data"
    for email, role in ((ADMIN, "admin"), (MEMBER, "member")):
        add_account(data_dir, email, role)
    furnish(data_dir)
    variables = {"CHAT_SIGN_IN": "password", "CHAT_SHARING": "on", "CHAT_ADMIN_MAY_READ": "on"}
    with AppServer(data_dir, gateway.base_url, KKIAI_API_KEY="sk-planted-0123456789", **variables) as running:
        yield running


def furnish(data_dir: Path) -> None:
    """Store a deck, a share, a limit, a notice and an invitation."""
    store, now = Store(data_dir / DATABASE), datetime.now(UTC)
    admin, member = (store.people.of_subject(BY_PASSWORD, email) for email in (ADMIN, MEMBER))
    assert admin and member
    prompts = [Prompt("p1", "The prompt of theirs", notes="Anna’s notes")]
    store.of(admin.id).decks.add(decks.new("anna", prompts, title="Anna’s deck"))
    own = store.of(member.id, Actor(member.id))
    own.decks.add(decks.new("bert", prompts, title="Anna’s other deck"))
    own.grants.add(GrantKind.DECK, "bert", ADMIN, now)
    every = store.administration(Actor(admin.id))
    every.limits.set(Limit(Scope.ROLE, Role.MEMBER, LimitKind.TOKENS_A_DAY, 1000))
    every.settings.add_notice(Notice("n", "A notice of theirs", now, now + timedelta(days=1)))
    every.people.invite("new@example.com", Role.PRESENTER, now)
    store.close()


@pytest.fixture(scope="module")
def tab(chromium_in: ChromiumIn, server: AppServer) -> Iterator[Page]:
    """The admin's tab, signed in."""
    with profiles(chromium_in(LANGUAGE), server.url) as opened:
        page = opened.open("/models", scheme="dark")
        sign_in_pseudo(page)
        expect(page.locator("html")).to_have_attribute("lang", LANGUAGE)
        yield page


def sign_in_pseudo(page: Page) -> None:
    """Fill in the form of the sign-in page, whose labels are not English."""
    page.locator("input[type=email], input[name=email]").fill(ADMIN)
    page.locator("input[type=password]").fill("violet harbour seventeen")
    page.keyboard.press("Enter")
    ChatPage(page).keyed("models-").wait_for()


OF_OTHER_PAGES = r"Model|Choose a model|≈ [\d,]+ tokens for \d answers"
"""What other pages draw here too, and is translated with them: the model picker, an estimate."""


def untranslated(page: Page) -> set[str]:
    """Return the texts on the page that have letters and no brackets, and are of none of the others."""
    found: set[str] = set()
    for text in page.evaluate(TEXTS):
        rest = "" if "⟦" in text or text in OF_STREAMLIT else text
        for pattern in (*BY_OTHERS, OF_OTHER_PAGES):
            rest = re.sub(pattern, "", rest)
        if re.search(r"[^\W\d_]", rest):
            found.add(text)
    return found


@pytest.mark.parametrize("address", WALKS)
def test_everything_on_a_page_is_translated_and_has_room_and_contrast(
    address: str, tab: Page, server: AppServer
) -> None:
    """The pseudo-language is wider than the others (`tests/i18n`): where it has room, they do."""
    tab.goto(f"{server.url}/{address}")
    page = ChatPage(tab)
    page.wait_until_still()
    for view in WALKS[address]:
        if view.open:
            view.open(tab)
            page.wait_until_still()
        expect(page.keyed(view.holds).first).to_be_visible()
        expect(tab.get_by_placeholder(ENGLISH_ONLY)).to_have_count(0)
        assert untranslated(tab) == set(), view.holds
        assert findings(tab, view.holds, within="html", without=SIDEBAR, is_whole=False) == []
        assert tab.evaluate(FITS), view.holds
        page.resize(ON_PHONE)
        assert tab.evaluate(UNFIT) == [], view.holds
        page.resize(DESKTOP)


def test_what_streamlit_names_in_english_only_is_named_anew(tab: Page, server: AppServer) -> None:
    tab.goto(f"{server.url}/models")
    translated = PseudoTranslations().gettext
    tab.get_by_test_id("stDataFrame").hover()
    for name in ("Full screen", "Search", "Show or hide columns"):
        expect(tab.get_by_role("button", name=translated(name))).to_be_visible()
    kind = tab.locator(".st-key-model_kind input")
    expect(kind).to_have_attribute("placeholder", translated("Choose"))


def test_a_text_without_brackets_or_room_is_found(tab: Page, server: AppServer) -> None:
    tab.goto(f"{server.url}/models")
    expect(ChatPage(tab).keyed("models-").first).to_be_visible()
    ChatPage(tab).wait_until_still()
    expect(tab.get_by_placeholder(ENGLISH_ONLY)).to_have_count(0)
    tab.evaluate(
        """() => {
          const p = document.createElement("p");
          p.innerHTML = "Left <b>⟦right⟧</b> <input placeholder='Hint'>"
            + "<button style='width: 2rem; white-space: nowrap'>⟦Too long for it⟧</button>"
            + "<button style='width: 2rem; overflow: hidden; white-space: nowrap'>⟦Cut off by it⟧</button>"
            + "<button>⟦Just right⟧</button>";
          document.querySelector('[data-testid="stMainBlockContainer"]').append(p);
        }"""
    )
    assert untranslated(tab) == {"Left", "Hint"}
    assert tab.evaluate(UNFIT) == ["⟦Too long for it⟧", "⟦Cut off by it⟧"]
    # What a style writes: https://www.w3.org/TR/css-syntax-3/ knows no `\\u00f3`.
    word = "getComputedStyle(document.querySelector('.stApp')).getPropertyValue('--word-copy')"
    assert tab.evaluate(word) == '"⟦Çópý~⟧"'
