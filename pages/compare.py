"""The comparison: one prompt, several models, their answers side by side."""

import streamlit as st

from lib.ui import (
    audience,
    cells,
    clipboard,
    compare,
    compare_panels,
    comparing,
    composer,
    intake,
    pace,
    session,
)

session.hear_models()  # before the page's turn: all others wait for that
comparing.hear_prices()
tab = session.elsewhere()
intake.wait(comparing.held())
with pace.building():
    now = comparing.current()
    compare.show_sidebar(now)
    compare.show_notices(tab)
    audience.show(now)
    with st.container(key="asked"):
        compare.show_prompt(now, tab)
    with st.container(key="cells"):
        running = cells.show(now, tab)
    below_box = compare.show_composer(now, tab)
    clipboard.show(tab)
    compare_panels.show(now, tab)
    composer.settle(now, comparing.BOX)
    results = st.container(key="results")

cells.watch(now, tab, running)
with results:
    compare.show_ended(now, tab, below_box)
audience.keep_counting(now)
