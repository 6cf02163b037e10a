"""The doctor: what is wrong with a server, what a model can do, and what to do about it."""

import streamlit as st

from lib.ui.models import doctor
from lib.ui.shell import dialogs as shell_dialogs
from lib.ui.shell import scheduler, sidebar
from lib.ui.state import session

with scheduler.building():
    tab = session.elsewhere()
    sidebar.show(tab)
    with st.container(key="column"):
        slots = doctor.show(tab)
    shell_dialogs.show()

if slots:
    doctor.follow(tab, slots)
