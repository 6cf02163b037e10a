"""What on a page is too small to be hit: 44 pixels where a finger points, 24 elsewhere."""

from playwright.sync_api import Page

from tests.patience import eventually

_SMALL = """() => {
  const least = matchMedia("(pointer: coarse)").matches ? 44 : 24;
  const roles = ["button", "combobox", "tab", "option", "menuitem", "radio", "checkbox", "switch"];
  const kinds = `button, a[href], summary, input, textarea, ${roles.map((each) => `[role=${each}]`)}`;
  const isNarrow = matchMedia("(max-width: 768px)").matches;
  const above = ["dialog[open]", "[role=dialog]", "[role=menu]", ":popover-open"];
  const overlays = [...above, ...(isNarrow ? ["[data-collapsed=false]"] : [])].join();
  const inText = ":is([class*=st-key-answer-], [class*=st-key-bubble-], p) a:not([data-testid])";
  const unseen = '[data-testid="hidden-dateinput-container"] *, [data-testid="stDataFrame"] table *';
  const apart = `[data-collapsed="true"] *, :disabled, ${unseen}`;

  const within = (root) => [root, ...[...root.querySelectorAll("*")].flatMap(({ shadowRoot }) =>
    shadowRoot ? within(shadowRoot) : [])];
  const all = (root, selector) => within(root).flatMap((each) => [...each.querySelectorAll(selector)]);
  const isSeen = (each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const open = all(document, overlays).filter(isSeen).at(-1) ?? document;
  const targets = all(open, kinds).map((each) => (each.matches("input") && each.closest("label")) || each);

  const measure = (each) => {
    each.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const { x, y, width, height } = each.getBoundingClientRect();
    const isHit = (atX, atY) => {
      const top = each.getRootNode().elementFromPoint(atX, atY);
      return top && (each.contains(top) || top.closest("button, a, label") === each);
    };
    const reach = (toX, toY) => {
      let far = 0;
      while (far < 60 && isHit(x + width / 2 + toX * far, y + height / 2 + toY * far)) far += 1;
      return far;
    };
    const name = each.getAttribute("aria-label") || each.textContent || each.placeholder;
    return { name, isDrawn: width > 1, wide: reach(1, 0) + reach(-1, 0), high: reach(0, 1) + reach(0, -1) };
  };
  const measured = [...new Set(targets)]
    .filter((each) => isSeen(each) && !each.matches(`${inText}, ${apart}`))
    .map(measure)
    .filter(({ isDrawn }) => isDrawn);
  const small = measured.filter(({ wide, high }) => Math.min(wide, high) < least);
  return [measured.length, small.map(({ name, wide, high }) => `${name}: ${wide} x ${high}`)];
}"""
"""JavaScript: how many targets there are, and which a finger or a mouse may miss.

From the middle of each it goes up, down and sideways as far as a click would still hit it: what is larger
than drawn counts, what another element covers does not. Left out are links in a text, which are as large as
its words, and what nobody sees: a second field of a date, the copy of a table for screen readers.
"""


def small_targets(page: Page) -> list[str]:
    """Return the name and the size of each target of what is open, else of the page, that stays too small."""
    # What opens or moves covers something for a moment.
    return [] if eventually(lambda: not _small(page)) else _small(page)


def _small(page: Page) -> list[str]:
    count, small = page.evaluate(_SMALL)
    assert count, "Nothing was measured."
    return list(small)
