"""Keys of a presentation, also those of a presenter's remote control. JavaScript listens for them."""

from collections.abc import Callable

import streamlit as st

KEY = "keys"
PRESSED = "pressed"
"""The trigger: one of `NEXT`, `BACK`, `PAUSE`, `LEAVE`."""
NEXT, BACK, PAUSE, LEAVE = "next", "back", "pause", "leave"

# Remote controls send PageDown and PageUp. Space presses a button that has the focus, and Escape closes a
# dialog or a list: such presses are ignored here.
_SCRIPT = """
const NAMES = {
  ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back", " ": "pause", Escape: "leave",
};
const WRITES = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";
export default function ({ parentElement, setTriggerValue }) {
  const press = (event) => {
    const name = NAMES[event.key], at = event.target;
    const isOurs = name && !event.ctrlKey && !event.altKey && !event.metaKey && !event.repeat
      && !at.closest?.(WRITES + ", [role=dialog], [role=listbox]")
      && !(name === "pause" && at.closest?.("button, a, label"))
      && !(name === "leave" && document.querySelector("[role=dialog]"));
    if (!isOurs) return;
    event.preventDefault();
    event.stopPropagation();
    setTriggerValue("pressed", name);
  };
  // Before the page's own widgets, some of which keep arrow keys to themselves.
  const stop = () => document.removeEventListener("keydown", press, true);
  parentElement.stopHearing?.();  // what was begun by the run before
  parentElement.stopHearing = stop;
  document.addEventListener("keydown", press, true);
  return stop;
}
"""
_keys = st.components.v2.component(KEY, html="<span></span>", js=_SCRIPT)


def listen(on_press: Callable[[], None]) -> None:
    """Listen for keys; `on_press` finds the pressed one in the session state, in `KEY` under `PRESSED`."""
    _keys(key=KEY, on_pressed_change=on_press)
