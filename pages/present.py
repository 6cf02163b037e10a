"""The presentation of a comparison or a recording: for a projector, or a phone."""

import streamlit as st

from lib.ui.recordings import presentation as recording_presentation
from lib.ui.shell import scheduler
from lib.ui.state import session
from lib.ui.state.comparison import presentation as presentation_state

with scheduler.building():
    session.elsewhere()
    state = presentation_state.current()
    with st.container(key="present"):
        running, results = recording_presentation.show(state)

if state:
    recording_presentation.follow(state, running)
    with results:
        recording_presentation.show_results(state)
