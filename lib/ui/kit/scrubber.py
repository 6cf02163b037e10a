"""A timeline to drag through a recording. It advances by itself while the recording plays."""

from collections.abc import Callable

import streamlit as st

from lib.i18n.translation import gettext as _

KEY = "scrubber"
SEEK = "seek"
"""The trigger: the position, in seconds, that somebody moved to."""

_HTML = """
<div class="line">
  <input type="range" min="0" step="0.01">
  <output></output>
</div>
"""
_CSS = """
.line { display: flex; align-items: center; gap: 0.75rem; }
input { flex: 1; min-width: 4rem; height: 24px; accent-color: var(--st-primary-color); cursor: pointer; }
@media (pointer: coarse) { input { height: 44px; } }
output {
  font: 0.85rem var(--st-font); color: var(--st-text-color); opacity: 0.7; white-space: nowrap;
  font-variant-numeric: tabular-nums;
}
"""
# It moves by the browser's own clock: Streamlit's slider could move only with a rerun.
_SCRIPT = """
export default function ({ data, parentElement, setTriggerValue }) {
  const input = parentElement.querySelector("input");
  const output = parentElement.querySelector("output");
  const began = performance.now();
  let isHeld = false, frame = 0;
  const clock = (seconds) =>
    `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const tell = () => { output.value = `${clock(input.value)} / ${clock(data.seconds)}`; };
  const move = () => {
    const passed = data.is_playing ? (performance.now() - began) / 1000 : 0;
    if (!isHeld) input.value = Math.min(data.position + passed, data.seconds);
    tell();
    if (data.is_playing) frame = requestAnimationFrame(move);
  };
  const stop = () => cancelAnimationFrame(frame);
  input.stop?.();  // what was begun with the data before
  input.stop = stop;
  input.ariaLabel = data.label;
  input.max = data.seconds;
  input.oninput = () => { isHeld = true; tell(); };
  input.onchange = () => setTriggerValue("seek", +input.value);  // held until the answer comes
  move();
  return stop;
}
"""
_scrubber = st.components.v2.component(KEY, html=_HTML, css=_CSS, js=_SCRIPT)


def show(position: float, seconds: float, *, is_playing: bool, on_seek: Callable[[], None]) -> None:
    """Draw the timeline; `on_seek` finds the position in the session state, in `KEY` under `SEEK`."""
    data = {
        "label": _("Position in the recording"),
        "position": round(position, 2),
        "seconds": round(seconds, 2),
        "is_playing": is_playing,
    }
    _scrubber(data=data, key=KEY, on_seek_change=on_seek)
