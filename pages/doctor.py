"""The doctor: what is wrong with a server, what a model can do, and what to do about it."""

import streamlit as st

from lib.ui import doctor, pace, panels, session, sidebar

with pace.building():
    now = session.elsewhere()
    sidebar.show(now)
    with st.container(key="column"):
        slots = doctor.show(now)
    panels.show(now)

if slots:
    doctor.follow(now, slots)
