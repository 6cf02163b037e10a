"""Recordings: what was kept to be played again, and the one that is open."""

import streamlit as st

from lib.ui import pace, recording_actions, recordings, replay, replaying, session, sidebar

running = []
with pace.building():
    tab = session.elsewhere()
    now = replaying.current()
    sidebar.show(tab)
    listed = st.empty()
    with st.container(key="replay"):  # a place of its own: nothing that stays of the list is in it
        if now:
            running = replay.show(now)
    if not now:
        with listed.container(key="column"):
            listing = recording_actions.held()
            recordings.show(listing)
            recordings.show_panel(listing)

if now:
    replay.follow(now, running)
    with st.container(key="results"):
        replay.show_results(now)
