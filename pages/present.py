"""The presentation of a comparison or a recording: for a projector, or a phone."""

import streamlit as st

from lib.ui.recordings import presentation as recording_presentation
from lib.ui.shell import scheduler
from lib.ui.state import presentation as state_presentation
from lib.ui.state import session

with scheduler.building():
    session.elsewhere()
    now = state_presentation.current()
    with st.container(key="present"):
        running = recording_presentation.show(now)
        results = st.container(key="results")

if now:
    recording_presentation.follow(now, running)
    with results:
        recording_presentation.show_results(now)
