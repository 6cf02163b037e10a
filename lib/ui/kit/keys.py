"""Keys of a presentation, also those of a presenter's remote control. JavaScript listens for them."""

from collections.abc import Callable, Mapping

import streamlit as st

KEY = "keys"
PRESSED = "pressed"
"""The trigger: one of `NEXT`, `BACK`, `PAUSE`, `LEAVE`."""
NEXT, BACK, PAUSE, LEAVE = "next", "back", "pause", "leave"

_HTML = """
<button type="button" class="help">?</button>
<dialog><h2></h2><dl></dl><form method="dialog"><button></button></form></dialog>
"""
# Remote controls send PageDown and PageUp. Space presses a button that has the focus, and Escape closes a
# dialog or a list: such presses are ignored here.
_SCRIPT = """
const NAMES = {
  ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back", " ": "pause", Escape: "leave",
};
const SCROLL = { ArrowDown: 0.4, ArrowUp: -0.4 };
const WRITES = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";
const smooth = () => matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
export default function ({ data, parentElement, setTriggerValue }) {
  const $ = (selector) => parentElement.querySelector(selector);
  const dialog = $("dialog"), help = $(".help");
  help.setAttribute("aria-label", `${data.title} (?)`);
  help.title = `${data.title} (?)`;
  dialog.setAttribute("aria-label", data.title);
  $("h2").textContent = data.title;
  $("form button").textContent = data.close;
  $("dl").replaceChildren(...data.keys.flatMap(([key, says]) => {
    const name = document.createElement("dt"), told = document.createElement("dd");
    for (const each of key.split(" ")) {
      name.append(Object.assign(document.createElement("kbd"), { textContent: each }));
    }
    told.textContent = says;
    return [name, told];
  }));
  help.onclick = () => dialog.showModal();
  const scroll = (by) => {
    const main = document.querySelector("[data-testid=stMain]");
    main.scrollBy({ top: by * main.clientHeight, behavior: smooth() });
  };
  const press = (event) => {
    const { key } = event, at = event.composedPath()[0], name = NAMES[key];
    const isForUs = !event.ctrlKey && !event.altKey && !event.metaKey
      && !at.closest?.(WRITES + ", [role=dialog], [role=listbox]");
    if (!isForUs) return;
    if (dialog.open) {
      if (key === "Escape" || key === "?") dialog.close();
      else if (!name || key === " ") return;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const isOurs = name && !event.repeat
      && !(name === "pause" && at.closest?.("button, a, label"))
      && !(name === "leave" && document.querySelector("[role=dialog]"));
    if (!isOurs && key !== "?" && !SCROLL[key]) return;
    event.preventDefault();
    event.stopPropagation();
    if (key === "?") dialog.showModal();
    else if (SCROLL[key]) scroll(SCROLL[key]);
    else setTriggerValue("pressed", name);
  };
  // Before the page's own widgets, some of which keep arrow keys to themselves.
  const stop = () => document.removeEventListener("keydown", press, true);
  parentElement.stopHearing?.();  // what was begun by the run before
  parentElement.stopHearing = stop;
  document.addEventListener("keydown", press, true);
  return stop;
}
"""
_STYLE = """
.help {
  min-width: 2.5rem; min-height: 2.5rem; padding: 0; border: 0; border-radius: 0.6rem; background: none;
  color: inherit; font: inherit; font-weight: 600; cursor: pointer;
}
.help:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
dialog {
  padding: 1.5rem 1.75rem; border: 1px solid var(--st-border-color); border-radius: 0.9rem;
  background: var(--st-background-color); color: var(--st-text-color); font-family: var(--st-font);
  max-width: min(40rem, calc(100vw - 2rem)); box-sizing: border-box;
}
dialog::backdrop { background: #0009; }
h2 { margin: 0 0 1rem; font-size: 1.3rem; line-height: 1.3; }
dl {
  display: grid; grid-template-columns: auto 1fr; gap: 0.7rem 1.2rem; margin: 0 0 1.25rem;
  align-items: baseline;
}
dt { white-space: nowrap; }
dd { margin: 0; }
kbd {
  display: inline-block; min-width: 1.6em; padding: 0.1em 0.45em; margin-right: 0.3em; text-align: center;
  border: 1px solid var(--st-border-color); border-radius: 0.35em; font: inherit; font-size: 0.9em;
}
form button {
  min-height: 2.5rem; padding: 0 1.1rem; border: 1px solid var(--st-border-color); border-radius: 0.6rem;
  background: none; color: inherit; font: inherit; cursor: pointer;
}
@media (pointer: coarse) { button.help, form button { min-width: 44px; min-height: 44px; } }
"""
_keys = st.components.v2.component(KEY, html=_HTML, css=_STYLE, js=_SCRIPT)


def listen(on_press: Callable[[], None], told: Mapping[str, str], title: str, close: str) -> None:
    """Listen for keys; `on_press` finds the pressed one in the session state, in `KEY` under `PRESSED`.

    A button "?", and that key, open a list of them: `told` is what each does, by its name. Several names are
    parted by a space.
    """
    data = {"keys": list(told.items()), "title": title, "close": close}
    _keys(key=KEY, data=data, on_pressed_change=on_press, width="content")
