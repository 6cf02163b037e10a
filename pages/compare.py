"""The comparison: one prompt, several models, their answers side by side."""

import streamlit as st

from lib.ui.compare import audience, cells
from lib.ui.compare import dialogs as compare_dialogs
from lib.ui.compare import page as compare_page
from lib.ui.reply import uploads
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
    audience.show(state)
    with st.container(key="asked"):
        compare_page.show_prompt(state, tab)
    with st.container(key="cells"):
        running = cells.show(state, tab)
    below_box = compare_page.show_composer(state, tab)
    clipboard.show()
    compare_dialogs.show(state)
    shell_dialogs.show()
    results = st.container(key="results")

# After the lock: following takes as long as the slowest reply.
cells.watch(state, tab, running)
with results:
    compare_page.show_ended(state, tab, below_box)
audience.keep_counting(state)
