"""The doctor: what is wrong with a server, what a model can do, and what to do about it."""

import streamlit as st

from lib.ui.models import doctor
from lib.ui.shell import dialogs as shell_dialogs
from lib.ui.shell import scheduler, sidebar
from lib.ui.state import session

with scheduler.building():
    now = session.elsewhere()
    sidebar.show(now)
    with st.container(key="column"):
        slots = doctor.show(now)
    shell_dialogs.show()

if slots:
    doctor.follow(now, slots)
