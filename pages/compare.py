"""The comparison: one prompt, several models, their answers side by side."""

import streamlit as st

from lib.ui import audience, cells, clipboard, compare, compare_panels, comparing, pace, session

session.hear_models()  # before the page's turn: all others wait for that
tab = session.elsewhere()
with pace.building():
    now = comparing.current()
    compare.show_sidebar(now)
    audience.show(now)
    with st.container(key="asked"):
        compare.show_prompt(now, tab)
    with st.container(key="cells"):
        running = cells.show(now, tab.models_for_cells)
    below_box = compare.show_composer(now, tab)
    clipboard.show(tab)
    compare_panels.show(now)
    results = st.container(key="results")

cells.watch(now, running)
with results:
    compare.show_ended(now, tab, below_box)
audience.keep_counting(now)
