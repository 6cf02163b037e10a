"""The presentation of a comparison or a recording: for a projector, or a phone."""

import streamlit as st

from lib.ui import pace, present, presenting, session

with pace.building():
    session.elsewhere()
    now = presenting.current()
    with st.container(key="present"):
        running = present.show(now)
        results = st.container(key="results")

if now:
    present.follow(now, running)
    with results:
        present.show_results(now)
