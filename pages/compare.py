"""The comparison: one prompt, several models, their answers side by side."""

import streamlit as st

from lib.ui.compare import audience, cells
from lib.ui.compare import dialogs as compare_dialogs
from lib.ui.compare import page as compare_page
from lib.ui.reply import uploads
from lib.ui.shell import clipboard, scheduler
from lib.ui.shell import dialogs as shell_dialogs
from lib.ui.state import comparison as state_comparison
from lib.ui.state import session

session.hear_models()  # before the page's turn: all others wait for that
state_comparison.hear_prices()
tab = session.elsewhere()
uploads.wait(state_comparison.held().draft)
with scheduler.building():
    now = state_comparison.current()
    compare_page.show_sidebar(now)
    compare_page.show_notices(tab)
    audience.show(now)
    with st.container(key="asked"):
        compare_page.show_prompt(now, tab)
    with st.container(key="cells"):
        running = cells.show(now, tab)
    below_box = compare_page.show_composer(now, tab)
    clipboard.show()
    compare_dialogs.show(now)
    shell_dialogs.show()
    results = st.container(key="results")

cells.watch(now, tab, running)
with results:
    compare_page.show_ended(now, tab, below_box)
audience.keep_counting(now)
