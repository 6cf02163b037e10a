"""The models of the gateway: what they cost, what they can do, and how they have performed here."""

import streamlit as st

from lib.ui.models import table as model_table
from lib.ui.shell import dialogs as shell_dialogs
from lib.ui.shell import scheduler, sidebar
from lib.ui.state import session

with scheduler.building():
    tab = session.elsewhere()
    sidebar.show(tab)
    with st.container(key="wide"):
        model_table.show(tab)
    shell_dialogs.show()
