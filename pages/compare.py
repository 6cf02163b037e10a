"""The comparison: one prompt, several models, their answers side by side."""

import streamlit as st

from lib.ui.compare import audience, bar, cells
from lib.ui.compare import dialogs as compare_dialogs
from lib.ui.compare import page as compare_page
from lib.ui.composer import uploads
from lib.ui.shell import clipboard, outage, scheduler
from lib.ui.shell import dialogs as shell_dialogs
from lib.ui.state import session
from lib.ui.state.comparison import comparison as comparison_state

session.wait_for_models()  # before the page takes the lock, for which all others wait
comparison_state.wait_for_prices()
tab = session.elsewhere()
uploads.wait(comparison_state.held().draft)
with scheduler.building():
    state = comparison_state.current()
    compare_page.show_sidebar(state)
    outage.show_in_its_place(tab)
    actions = bar.show(state)
    with st.container(key="asked"):
        compare_page.show_prompt(state, tab)
    places = st.container(key="cells")
    # Nothing of the last results stays while replies run: not even until the cells are drawn.
    results = st.empty() if state.following or state.repeating else st.container()
    with places:
        running = cells.show(state, tab)
    below_box = compare_page.show_composer(state, tab)
    clipboard.show()
    compare_dialogs.show(state)
    shell_dialogs.show()

# After the lock: following takes as long as the slowest reply.
cells.watch(state, tab, running)
bar.show_ended(state, actions)
with results.container(key="results"):
    compare_page.show_ended(state, tab, below_box)
audience.keep_counting(state)
