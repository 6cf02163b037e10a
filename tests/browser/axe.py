"""What axe-core finds on a page: against WCAG 2.0 to 2.2, A and AA, and what it calls best practice."""

import re
from dataclasses import dataclass
from importlib.resources import files

from playwright.sync_api import Page

AXE_SCRIPT = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
_FINDINGS = """async ([context, tags]) => {
  const found = await axe.run(context, { runOnly: tags, resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html, any, all, none }) =>
    [id, html.slice(0, 300), [...any, ...all, ...none].map(({ message }) => message).join(" ")]));
}"""
_STILL = """async () => {
  const plain = document.querySelector("#plain") ?? document.createElement("style");
  document.head.append(Object.assign(plain, { id: "plain" }));
  plain.textContent = "* { background-image: none !important; }";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const isSeen = (each) => each.offsetHeight && each.checkVisibility({ visibilityProperty: true });
  const isBusy = () => all('[data-stale="true"]').some(isSeen)
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


def findings(
    page: Page, where: str, known: tuple[Known, ...], *, within: str, without: str = ""
) -> list[Finding]:
    """Return what is found in a part of the page, by its selector, and is not known."""
    page.evaluate(_STILL)
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{AXE_SCRIPT}; 0")
    context = {"include": [within], "exclude": [without] if without else []}
    found = [Finding(where, *each) for each in page.evaluate(_FINDINGS, [context, TAGS])]
    return [each for each in found if not any(_is(each, one) for one in known)]


def _is(finding: Finding, known: Known) -> bool:
    return finding.rule == known.rule and re.search(known.html, finding.html) is not None
