"""The models of the gateway: what they cost, what they can do, and how they did here."""

import streamlit as st

from lib.ui import models, pace, panels, session, sidebar

with pace.building():
    now = session.elsewhere()
    sidebar.show(now)
    with st.container(key="wide"):
        models.show(now)
    panels.show(now)
