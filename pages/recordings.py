"""Recordings: the list, and the open one."""

import streamlit as st

from lib.ui.recordings import overview as recording_overview
from lib.ui.recordings import player
from lib.ui.share import recording_callbacks
from lib.ui.shell import dialogs as shell_dialogs
from lib.ui.shell import scheduler, sidebar
from lib.ui.state import session
from lib.ui.state.comparison import playback as playback_state

running = []
with scheduler.building():
    tab = session.elsewhere()
    state = playback_state.current()
    sidebar.show(tab)
    listed = st.empty()
    with st.container(key="replay"):  # its own container, so that no stale elements of the list remain in it
        if state:
            running = player.show(state)
    if not state:
        with listed.container(key="column"):
            listing = recording_callbacks.held()
            recording_overview.show(listing)
            recording_overview.show_panel(listing)
    shell_dialogs.show()

if state:
    player.follow(state, running)
    with st.container(key="results"):
        player.show_results(state)
