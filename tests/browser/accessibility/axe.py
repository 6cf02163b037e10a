"""What axe-core finds on a page: against WCAG 2.0 to 2.2, A and AA, and what it calls best practice."""

import re
from dataclasses import dataclass
from importlib.resources import files

from playwright.sync_api import Page

AXE_SCRIPT = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
LOOKS = [
    "color-contrast",
    "link-in-text-block",
    "target-size",
    "label-content-name-mismatch",
    "html-lang-valid",
]
"""What another theme or another language may break: the other rules look at what is the same in each."""
_FINDINGS = """async ([context, only]) => {
  const near = ({ html }) => html.slice(0, 200);
  const why = ({ message, relatedNodes }) => [message, ...relatedNodes.map(near)].join(" ");
  const found = await axe.run(context, { runOnly: only, resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html, any, all, none }) =>
    [id, html.slice(0, 300), [...any, ...all, ...none].map(why).join(" ")]));
}"""
_STILL = """async () => {
  const plain = document.querySelector("#plain") ?? document.createElement("style");
  document.head.append(Object.assign(plain, { id: "plain" }));
  plain.textContent = "* { background-image: none !important; }";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const isSeen = (each) => each.offsetHeight && each.checkVisibility({ visibilityProperty: true });
  const isFading = (each) => each.playState === "running" && each.effect.getTiming().iterations === 1;
  const isBusy = () => all('[data-stale="true"]').some(isSeen)
    || document.getAnimations().some(isFading)
    || all('[aria-label^=":gray["]').length
    || all(".stCode pre").some((pre) => pre.scrollWidth > pre.clientWidth && pre.tabIndex < 0);
  for (let frame = 0; isBusy() && frame < 120; frame += 1) await new Promise(requestAnimationFrame);
}"""
"""JavaScript: waits for what follows a change of the page a moment later; takes shades at the edges of tables
and code away, on which axe measures no contrast."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One element that breaks a rule."""

    where: str
    rule: str
    html: str
    why: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is not ours; `docs/accessibility.md` says why it is there."""

    rule: str
    html: str
    """A pattern of the element."""


_KNOWN = (
    Known("empty-table-header", r"<th role=\"columnheader\" aria-selected"),  # a table's row of ticks
    Known("presentation-role-conflict", "stFileUploaderDropzone"),
    Known("region", r'role="menu"'),  # a menu is drawn at the end of the document
    Known("heading-order", r"<h[3-6] id=\"a-heading"),  # a model begins with the heading that it likes
)
SIDEBAR = '[data-testid="stSidebar"]'


def findings(
    page: Page,
    where: str,
    *,
    within: str,
    without: str = "",
    is_whole: bool = True,
) -> list[Finding]:
    """Return what is found in a part of the page, by its selector, and is not known.

    Unless it `is_whole`, only what depends on the theme and the language is looked at.
    """
    page.evaluate(_STILL)
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{AXE_SCRIPT}; 0")
    context = {"include": [within], "exclude": [without] if without else []}
    only = {"type": "tag", "values": TAGS} if is_whole else {"type": "rule", "values": LOOKS}
    found = [Finding(where, *each) for each in page.evaluate(_FINDINGS, [context, only])]
    return [each for each in found if not any(_is(each, one) for one in _KNOWN)]


def _is(finding: Finding, known: Known) -> bool:
    return finding.rule == known.rule and re.search(known.html, finding.html) is not None
