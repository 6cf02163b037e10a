/* Names, roles and tab stops that Streamlit's elements lack, or have in English only. */
const NAMED = "[aria-label]";
const UNSEEN = /^:gray\[(.*)\]$/; // as `lib/ui/kit/buttons.py` writes a label that is not seen
const TEXTS =
  'a[href="#stMain"], .stFileUploader :is(button p, [data-testid="stFileUploaderDropzoneInstructions"] span), ' +
  ".stNumberInput [role=alert]";
const WITH_FIGURES = {
  "{}MB per file": /^(\d+)MB per file/,
  "between {} and {}": /^Error: .* between (\S+) and (\S+)\.$/,
};
const HINTED = "input[placeholder]";
const ICON = '[role=img][aria-label$=" icon"]';
const SCROLLED = ".stCode pre, .stMarkdown table, .katex-display";

function name(names) {
  for (const each of document.querySelectorAll(NAMED)) {
    const label = each.getAttribute("aria-label");
    const better = Object.hasOwn(names, label) ? names[label] : UNSEEN.exec(label)?.[1];
    if (better && better !== label) each.setAttribute("aria-label", better);
  }
  nameLinks(names);
  for (const each of document.querySelectorAll(SCROLLED)) {
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0; // or no key would scroll it
  }
}

/* Streamlit names an icon after its drawing. One with words beside it in its element adds nothing to them. */
function nameIcons(icons) {
  for (const each of document.querySelectorAll(ICON)) {
    const isAlone = each.parentElement.textContent === each.textContent;
    const better = isAlone && Object.hasOwn(icons, each.textContent) && icons[each.textContent];
    if (better) each.setAttribute("aria-label", better);
    each.ariaHidden = better ? null : "true";
  }
}

/* Texts of Streamlit's, at once: they are seen. */
function translateTexts(names) {
  for (const each of document.querySelectorAll(TEXTS)) translate(each, names);
  for (const each of document.querySelectorAll(HINTED)) {
    const better = Object.hasOwn(names, each.placeholder) && names[each.placeholder];
    if (better && better !== each.placeholder) each.placeholder = better;
  }
}

function translate(element, names) {
  const text = element.textContent;
  const better = Object.hasOwn(names, text) ? names[text] : withFigures(text, names);
  if (better && better !== text) element.firstChild.data = better;
}

/* A sentence that has figures in it, as in "200MB per file", with them in ours. */
function withFigures(text, names) {
  const language = document.documentElement.lang;
  for (const [name, pattern] of Object.entries(WITH_FIGURES)) {
    const [, ...figures] = pattern.exec(text) ?? [];
    const put = (sentence, figure) => sentence.replace("{}", Number(figure).toLocaleString(language));
    if (figures.length) return figures.reduce(put, names[name]);
  }
}

function nameLinks(names) {
  const pages = document.querySelector(".st-key-pages");
  if (!pages) return;
  if (!pages.role) Object.assign(pages, { role: "navigation", ariaLabel: names.Pages });
  for (const link of pages.querySelectorAll("a")) {
    if (new URL(link.href).pathname === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/* The heading that `layout.py` draws is there where a page has no other of the first level. */
function titlePage() {
  const own = document.querySelector(".st-key-page_title");
  own?.toggleAttribute("data-needed", document.querySelectorAll(".stMain h1").length === 1);
}
